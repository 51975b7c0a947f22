def plot(*a): return ""
