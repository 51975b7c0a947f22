"""aggregator: news from many outlets, grouped into stories, with every outlet's lean and every claim's source."""

__version__ = "0.1.0"
