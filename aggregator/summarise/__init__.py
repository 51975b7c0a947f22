"""From an analysed story to a page: the page's form, its rules, and the engines that write it."""
