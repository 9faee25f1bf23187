"""The `youban` command."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Iterator

import typer

from service.settings import ConfigurationError, Settings, load_settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="油伴 Youban")
agents_app = typer.Typer(no_args_is_help=True, help="Accounts of the people of the console.")
app.add_typer(agents_app, name="agents")
storage_app = typer.Typer(no_args_is_help=True, help="Where files lie.")
app.add_typer(storage_app, name="storage")
demo_app = typer.Typer(no_args_is_help=True, help="What happens on the embedded demo platform.")
app.add_typer(demo_app, name="demo")

BATCH_SECONDS = 30.0
LARGEST_FRAME = 64 * 1024
"""Bytes of one frame of a socket; texts and files come by HTTP."""


class UsageError(Exception):
    """The command cannot be carried out; `str(error)` is one line that says why."""


@app.command()
def up() -> None:
    """Train what is missing, migrate, and run service and assistant until Ctrl-C."""
    from service.storage.service import check_storage
    from service.supervisor import run

    loaded = load_settings()
    check_storage(loaded)
    raise typer.Exit(run(loaded))


@app.command()
def serve() -> None:
    """Run the service alone."""
    import uvicorn

    from service.gateways.fuel_platform.service import check_platform
    from service.limits import allow_connections
    from service.storage.service import check_storage

    settings = load_settings()
    check_platform(settings)
    check_storage(settings)
    allow_connections(settings.connections)
    uvicorn.run(
        "service.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        # Opens twice as many sockets a second as the default, with a tenth less memory; frames are short, so packing
        # them costs more than it saves.
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_FRAME,
    )


@app.command()
def migrate() -> None:
    """Bring the database to the shape of this release."""
    from service.migrate import migrate as run

    run(load_settings())


@app.command()
def train() -> None:
    """Train the router and the assistant; what has not changed is left as it is."""
    from service.supervisor import train_all

    raise typer.Exit(train_all(load_settings()))


@app.command()
def settings() -> None:
    """List every setting with its meaning and default."""
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else str(field.default)
        print(f"YOUBAN_{name.upper()}\t{default or '(empty)'}\t{field.description}")


@app.command("wechat-menu")
def wechat_menu(
    menu_file: Annotated[
        Path | None, typer.Option("--file", help="JSON for menu/create; default: the one shipped")
    ] = None,
) -> None:
    """Give the official account its menu; the keys of its buttons are payloads."""
    import asyncio

    from service.channels.wechat.client import WeChatError
    from service.channels.wechat.service import MENU_FILE, create_menu
    from service.db import Database

    loaded = load_settings()
    path = menu_file or MENU_FILE
    if not path.exists():
        raise UsageError(f"{path}: no such file")
    if not loaded.wechat_app_id:
        raise UsageError("YOUBAN_WECHAT_APP_ID is not set")
    database = Database(loaded.database)
    try:
        asyncio.run(create_menu(loaded, database, path.read_text(encoding="utf-8")))
    except (WeChatError, ValueError) as error:
        raise UsageError(f"the menu was not taken: {error}") from None
    finally:
        database.close()
    print("menu created; followers see it within five minutes")


@app.command("customer-token")
def customer_token(customer_id: str, hours: int = 24) -> None:
    """Print a signed token for a customer, as the app would sign it."""
    from service.clock import utc_now
    from service.customers.service import Tokens

    loaded = load_settings()
    print(Tokens(loaded.secret, loaded.session_hours).customer_token(customer_id, utc_now(), hours))


@agents_app.command("add")
def agents_add(
    name: str,
    role: Annotated[str, typer.Option(help="agent|handler|station|editor|supervisor|admin")],
    department: Annotated[str | None, typer.Option()] = None,
    station: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Make an account; the password is read from standard input."""
    from contracts.taxonomy import load_taxonomy
    from service.agents.rules import Role
    from service.agents.service import AccountError, add
    from service.clock import utc_now
    from service.db import Database
    from service.migrate import migrate as run_migrations

    if role not in [r.value for r in Role]:
        raise UsageError(f"--role: one of {', '.join(r.value for r in Role)}")
    if department is not None and department not in load_taxonomy().departments:
        raise UsageError(f"--department: one of {', '.join(load_taxonomy().departments)}")
    password = sys.stdin.readline().rstrip("\n")
    loaded = load_settings()
    run_migrations(loaded)
    database = Database(loaded.database)
    try:
        database.submit(
            lambda c: add(c, name, password, Role(role), utc_now(), department=department, station_id=station)
        ).result()
    except AccountError as error:
        raise UsageError(str(error)) from None
    finally:
        database.close()
    print(f"{name} ({role}) added")


@storage_app.command("move")
def storage_move(
    to: Annotated[str, typer.Option(help="s3|folder: where the files shall lie")] = "s3",
    remove: Annotated[bool, typer.Option(help="delete each file here once it was read back there")] = False,
) -> None:
    """Copy all files from folder to bucket (or back) and read each back; run it again to go on after a break.

    Copy while the service runs, set YOUBAN_STORAGE, start the service again, and copy once more: the second time
    brings what came meanwhile.
    """
    from rich.progress import Progress

    from service.storage.service import StorageUnavailable
    from service.storage.worker import move_all

    if to not in ("s3", "folder"):
        raise UsageError("--to: one of s3, folder")
    try:
        with Progress(disable=not sys.stderr.isatty(), transient=True) as progress:
            task = progress.add_task("files", total=None)
            done = move_all(load_settings(), to, remove, lambda: progress.advance(task))
    except StorageUnavailable as error:
        raise UsageError(f"the store does not answer ({error}); run it again to go on") from None
    print(f"{done.copied} copied ({done.bytes / 1e6:.1f} MB), {done.there} there already, {done.gone} erased meanwhile")
    if done.broken:
        raise UsageError(f"{done.broken} files came back changed; run it again")


@demo_app.command("event")
def demo_event(
    kind: Annotated[str, typer.Argument(help="order.fuelled, refund.arrived, coupon.granted, station.outage, …")],
    subject: Annotated[str, typer.Argument(help="a demo customer such as demo-gold; a station for station events")],
    target: Annotated[
        str | None, typer.Option(help="id of the order, refund, coupon, …; default: the first that fits")
    ] = None,
) -> None:
    """Let something happen to a demo customer; a running service hears of it within a second."""
    from contracts.platform import PlatformEventKind
    from service.gateways.fuel_platform.service import open_embedded

    if kind not in [k.value for k in PlatformEventKind]:
        raise UsageError(f"the kind is one of {', '.join(k.value for k in PlatformEventKind)}")
    platform = open_embedded(load_settings())
    try:
        happened = platform.trigger(PlatformEventKind(kind), subject, target)
    finally:
        platform.close()
    if not happened:
        raise UsageError(f"{subject} has no record to which {kind} can happen now")
    print(f"{kind} happened to {subject}")


@demo_app.command("texts")
def demo_texts(phone: str) -> None:
    """Print the texts (SMS) that were sent to a number of the demo, newest first."""
    from service.gateways.fuel_platform.service import open_embedded

    platform = open_embedded(load_settings())
    try:
        print("\n".join(platform.texts(phone)))
    finally:
        platform.close()


@app.command()
def route(
    input_file: Annotated[Path, typer.Option("--in", help='JSON lines {"id","text"}')],
    output_file: Annotated[Path, typer.Option("--out")],
) -> None:
    """Ask the running service what it would decide for many messages; the order is kept."""
    import httpx
    from rich.progress import track

    loaded = load_settings()
    lines = list(_json_lines(input_file))
    headers = {"Authorization": f"Bearer {loaded.internal_token}"}
    base = f"{loaded.service_url}/api/v1/route"
    with httpx.Client(headers=headers, timeout=BATCH_SECONDS, trust_env=False) as client, _writer(output_file) as out:
        for line in track(lines, description="route", disable=not sys.stderr.isatty()):
            try:
                response = client.post(base, json={"text": str(line.get("text", ""))})
            except httpx.HTTPError as error:
                raise UsageError(
                    f"the service at {loaded.service_url} does not answer ({type(error).__name__})"
                ) from None
            if response.status_code != 200:
                raise UsageError(f"the service answered {response.status_code}: {response.text[:200]}")
            out.write(json.dumps({"id": line.get("id"), **response.json()}, ensure_ascii=False) + "\n")


@app.command()
def escalation(
    input_file: Annotated[Path, typer.Option("--in", help='JSON lines {"id","turns":[…]}')],
    output_file: Annotated[Path, typer.Option("--out")],
) -> None:
    """Replay conversations through the escalation policy, with the trained router of this machine."""
    from intent_router import Router
    from intent_router.replay import replay
    from knowledge_base.facts import FileFacts
    from knowledge_base.store import FileArticleStore
    from service.house import KNOWLEDGE_ROOT

    loaded = load_settings()
    facts = FileFacts.load(KNOWLEDGE_ROOT / "facts.yml")
    router = Router.load(loaded.models_dir / "router", FileArticleStore(KNOWLEDGE_ROOT / "articles", facts))
    conversations = list(_json_lines(input_file))
    with _writer(output_file) as out:
        for judged in replay(conversations, lambda text, context: router.route(text, context).decision):
            out.write(json.dumps(judged, ensure_ascii=False) + "\n")


@app.command()
def evaluate(
    kind: Annotated[str, typer.Argument(help="intents|faq|sentiment")],
    train: Annotated[Path, typer.Option(help="CSV with the columns text,label")],
    test: Annotated[Path, typer.Option(help="CSV with the columns text,label")],
    report: Annotated[
        Path | None, typer.Option(help="write every label's figures and other methods there (.md or .html)")
    ] = None,
) -> None:
    """Train the project's method on one labelled file and judge it on another."""
    from intent_router.evaluation import evaluate as run

    if kind not in ("intents", "faq", "sentiment"):
        raise UsageError("what to evaluate is one of intents, faq, sentiment")
    for path in (train, test):
        if not path.exists():
            raise UsageError(f"{path}: no such file")
    print(run(kind, train, test, report))


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        raise UsageError(f"{path}: no such file")
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except json.JSONDecodeError as error:
                raise UsageError(f"{path}, line {number}: {error.msg}") from None
            if not isinstance(value, dict):
                raise UsageError(f"{path}, line {number}: an object is expected")
            yield value


def _writer(path: Path) -> Any:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def main() -> None:
    """Entry point: errors of use and of configuration are one line and exit status 2."""
    from contracts.errors import YoubanError

    try:
        app()
    except (UsageError, ConfigurationError, YoubanError) as error:
        print(f"youban: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
