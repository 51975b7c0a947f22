"""The tree of a page."""

import pytest

from aggregator.articles.markup import lines, parse


@pytest.mark.parametrize("tag", ["article", "main", "header", "section", "p"])
def test_a_page_may_leave_out_the_end_of_its_head_and_its_body_tags(tag: str) -> None:
    tree = parse(
        f"<html lang=en><meta name=a content=b><title>T</title><{tag}>The council voted.</{tag}><p>Later.</html>"
    )
    assert lines(tree) == ["The council voted.", "Later."]
    assert [one.tag for one in tree.find("head")] == ["meta", "title"]
