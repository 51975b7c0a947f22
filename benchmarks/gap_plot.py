def plot(*a):
    return ""
