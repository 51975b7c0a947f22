"""The command that serves: the public site, its feeds and the editors' desk."""

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.options import Options

if TYPE_CHECKING:
    import socket

#: how long requests in hand may take when the program is told to end
_GRACE_SECONDS = 10


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for all of this machine's.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 for any free one.")] = 8000,
) -> None:
    """Serve the site, its feeds and the editors' desk until interrupted.

    Example:

        aggregator --config config/sample --data var/sample serve --port 8800
    """
    import uvicorn

    from aggregator.desk.app import create_app
    from aggregator.desk.asked import Workplace
    from pipelines.batch import stop_on_signals

    options: Options = context.obj
    with options.instance() as opened:
        app = create_app(Workplace(opened.store, opened.settings, opened.topics, opened.data, opened.clock))
        with _listening(host, port) as door:
            at = door.getsockname()[1]
            shown = f"[{host}]" if ":" in host else host
            typer.echo(f"The site is at http://{shown}:{at}/, the desk at http://{shown}:{at}/desk. Stop with Ctrl-C.")
            config = uvicorn.Config(
                app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_GRACE_SECONDS
            )
            with stop_on_signals():  # uvicorn hands on the signal that ended it: that is not to kill us on the way out
                uvicorn.Server(config).run(sockets=[door])


def _listening(host: str, port: int) -> "socket.socket":
    import socket

    from aggregator.errors import ConfigError

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            f"cannot be listened at: {error.strerror}", key=f"{host}:{port}", fix="--host, --port"
        ) from None
