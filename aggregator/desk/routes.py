"""The table of routes: every address of the desk, and the least role that it answers."""

from starlette.responses import Response

from aggregator.desk import contest_form, contest_views, door, page_views, queue_views, story_views
from aggregator.desk.asked import Act, Asked, Least, Note, Route
from aggregator.errors import Rejected


def _nothing(asked: Asked, _note: Note | None) -> Response:
    raise Rejected("nothing", f"there is nothing at {asked.path}")


def _story(name: str, act: Act, least: Least = "editor") -> Route:
    return Route(f"/desk/story/{{key}}/{name}", least, story_views.show, act)


def _page(name: str, act: Act, least: Least = "editor") -> Route:
    return Route(f"/desk/page/{{key}}/{name}", least, page_views.show, act)


ROUTES: tuple[Route, ...] = (
    Route("/healthz", "public", door.health),
    Route("/desk/static/{name}", "public", door.asset),
    Route("/contest/{key}", "public", contest_form.show),
    Route("/contest/{key}", "public", contest_form.show, contest_form.send),
    Route("/contest/{key}/{id}", "public", contest_form.received),
    Route("/desk/sign-in", "public", door.show),
    Route("/desk/sign-in", "public", door.show, lambda asked: door.enter(asked, ROUTES)),
    Route("/desk/sign-out", "reader", queue_views.show, door.leave),
    Route("/desk", "reader", queue_views.show),
    Route("/desk/uncertain", "reader", queue_views.show_uncertain),
    Route("/desk/contests", "reader", contest_views.show_all),
    Route("/desk/contest/{id}", "reader", contest_views.show),
    Route("/desk/contest/{id}/answer", "editor", contest_views.show, contest_views.answer),
    Route("/desk/story/{key}", "reader", story_views.show),
    _story("merge", story_views.merge),
    _story("split", story_views.split),
    _story("move", story_views.move),
    _story("remove", story_views.remove),
    _story("keep", story_views.keep),
    _story("lock", story_views.lock),
    _story("unlock", story_views.unlock),
    _story("rename", story_views.rename),
    _story("topic", story_views.set_topic),
    _story("thread", story_views.set_thread),
    _story("gap", story_views.set_gap_aside),
    Route("/desk/story/{key}/{form}", "reader", story_views.show),
    Route("/desk/page/{key}", "reader", page_views.show),
    Route("/desk/page/{key}/{version}", "reader", page_views.show),
    _page("edit", page_views.edit),
    _page("approve", page_views.approve),
    _page("hold", page_views.hold),
    _page("publish", page_views.publish),
    _page("correct", page_views.correct),
    _page("withdraw", page_views.withdraw, "chief"),
    Route("/desk/decision/{number}/undo", "editor", story_views.show_decided, story_views.undo),
    Route("/desk/{rest:path}", "reader", _nothing),
)
