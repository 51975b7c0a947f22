"""Commands about who may use the desk: user add, list, disable, password."""

import sys
from typing import Annotated

import typer

from aggregator.cli.options import Options

user_app = typer.Typer(no_args_is_help=True, help="Who may sign in at the desk.")

Name = Annotated[str, typer.Argument(help="The user's name, as it stands in the record of decisions.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(user_app, name="user")


@user_app.command()
def add(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Option(help="reader (looks), editor (decides) or chief (everything).")],
) -> None:
    """Let somebody sign in. The password is asked for, or read from AGGREGATOR_USER_PASSWORD or stdin."""
    from aggregator.clock import wall
    from aggregator.desk import users
    from aggregator.errors import Rejected

    options: Options = context.obj
    secret = _password()
    try:
        with options.instance() as instance, instance.store.write() as session:
            user = users.add(session, name, secret, role, wall())
            said = f"{user.name} may sign in as {user.role}"
    except Rejected as error:
        _refused(error.detail)
    typer.echo(said)


@user_app.command("list")
def list_(context: typer.Context) -> None:
    """Each user with role and day of entry."""
    from aggregator.clock import rfc3339
    from aggregator.desk import users

    options: Options = context.obj
    with options.instance() as instance, instance.store.read() as session:
        for user in users.every(session):
            state = "  (disabled)" if user.disabled else ""
            typer.echo(f"{user.name:30}  {user.role:7}  since {rfc3339(user.created_at)[:10]}{state}")


@user_app.command()
def disable(context: typer.Context, name: Name) -> None:
    """Let somebody in no more, at once; what they decided stays."""
    from aggregator.desk import users
    from aggregator.errors import Rejected

    options: Options = context.obj
    try:
        with options.instance() as instance, instance.store.write() as session:
            users.disable(session, name)
    except Rejected as error:
        _refused(error.detail)
    typer.echo(f"{name} can sign in no more; a new password lets them in again")


@user_app.command()
def password(context: typer.Context, name: Name) -> None:
    """Give a user another password: signed out everywhere, and let in again if disabled."""
    from aggregator.desk import users
    from aggregator.errors import Rejected

    options: Options = context.obj
    secret = _password()
    try:
        with options.instance() as instance, instance.store.write() as session:
            users.set_password(session, name, secret)
    except Rejected as error:
        _refused(error.detail)
    typer.echo(f"{name} has a new password and is signed out everywhere")


def _password() -> str:
    """The password, never from the command line, where other users of the machine see it."""
    from aggregator.settings import user_password

    if given := user_password():
        return given
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def _refused(why: str) -> None:
    typer.echo(f"aggregator: {why}", err=True)
    raise typer.Exit(1)
