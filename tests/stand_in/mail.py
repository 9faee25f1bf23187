"""A mail server for tests: SMTP that takes mails in, IMAP that hands them out; just as much as the client speaks."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Iterator


@dataclass
class MailServer:
    """`outbox` is what the service sent; `inbox` what customers sent to it, by number. `refuse` is answered to RCPT
    (one each), `drop_after_data` breaks the connection when a mail was taken but not acknowledged."""

    outbox: list[EmailMessage] = field(default_factory=list)
    inbox: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    refuse: list[str] = field(default_factory=list)
    drop_after_data: int = 0
    smtp_port: int = 0
    imap_port: int = 0

    def arrive(self, mail: EmailMessage | bytes) -> int:
        number = len(self.inbox) + 1
        self.inbox[number] = mail if isinstance(mail, bytes) else mail.as_bytes()
        return number

    async def smtp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(words: str) -> None:
            writer.write(f"{words}\r\n".encode())

        say("220 stand-in")
        while line := await reader.readline():
            command = line.decode().strip()
            verb = command[:4].upper()
            if verb == "EHLO":
                say("250 stand-in")
            elif verb == "RCPT" and self.refuse:
                say(self.refuse.pop(0))
            elif verb == "DATA":
                say("354 go on")
                await writer.drain()
                parts = []
                while (part := await reader.readline()) != b".\r\n":
                    parts.append(part[1:] if part.startswith(b"..") else part)
                message = BytesParser(policy=policy.default).parsebytes(b"".join(parts))
                self.outbox.append(message)  # type: ignore[arg-type]
                if self.drop_after_data:
                    self.drop_after_data -= 1
                    writer.close()
                    return
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                break
            else:
                say("250 fine")
            await writer.drain()
        writer.close()

    async def imap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK stand-in\r\n")
        while line := await reader.readline():
            tag, _, command = line.decode().strip().partition(" ")
            verb = command.upper()
            if verb.startswith("CAPABILITY"):
                writer.write(b"* CAPABILITY IMAP4rev1\r\n")
            elif verb.startswith("SELECT"):
                writer.write(f"* {len(self.inbox)} EXISTS\r\n".encode())
            elif verb.startswith("UID SEARCH"):
                waiting = " ".join(str(n) for n in self.inbox if n not in self.seen)
                writer.write(f"* SEARCH {waiting}\r\n".encode())
            elif verb.startswith("UID FETCH"):
                number = int(command.split()[2])
                content = self.inbox[number]
                head = f"* {number} FETCH (UID {number} BODY[] {{{len(content)}}}\r\n"
                writer.write(head.encode() + content + b")\r\n")
            elif verb.startswith("UID STORE"):
                self.seen.add(int(command.split()[2]))
            elif verb.startswith("LOGOUT"):
                writer.write(f"* BYE\r\n{tag} OK\r\n".encode())
                await writer.drain()
                break
            writer.write(f"{tag} OK done\r\n".encode())
            await writer.drain()
        writer.close()

    @contextmanager
    def running(self) -> Iterator[MailServer]:
        """Both servers on free ports, in a thread of their own."""
        loop = asyncio.new_event_loop()
        ready = threading.Event()

        async def start() -> None:
            smtp = await asyncio.start_server(self.smtp, "127.0.0.1", 0)
            imap = await asyncio.start_server(self.imap, "127.0.0.1", 0)
            self.smtp_port = smtp.sockets[0].getsockname()[1]
            self.imap_port = imap.sockets[0].getsockname()[1]
            ready.set()

        def run() -> None:
            loop.run_until_complete(start())
            loop.run_forever()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        assert ready.wait(10)
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)


def mail(sender: str, text: str, message_id: str, **headers: str) -> EmailMessage:
    """A customer's mail."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "kefu@example.com", headers.pop("Subject", "求助")
    message["Message-ID"] = message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message
