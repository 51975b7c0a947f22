"""The sample newsroom: fictional outlets whose articles are files, served on loopback as if they were on the web."""

from aggregator.sample.newsroom import Newsroom, SampleArticle, SampleOutlet
from aggregator.sample.server import SampleServer, serve_forever

__all__ = ["Newsroom", "SampleArticle", "SampleOutlet", "SampleServer", "serve_forever"]
