"""A mail server on loopback that takes every mail, unless it is told not to.

    mail_server.py DIR PORT CERTIFICATE KEY USER PASSWORD_FILE

It speaks SMTP with STARTTLS and wants the user to sign in after it. DIR/port gets the port. DIR/mode says how it behaves,
and is read before every answer:

    up        as it should
    later     451 to the recipient
    refuse    550 to recipients with "gone" in their address, the others are taken
    busy      421 to every command
    drop      the connection ends in the middle of the text of a mail
    lost      the mail is taken, and the connection ends before the answer

Each mail that was taken is a line in DIR/taken: its Message-ID, its recipient, and "answered" or "lost"; its text is
DIR/mails/N.eml.
"""

import asyncio
import email
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

from listening import listen, say_port

folder, port, certificate, key, user, password_file = sys.argv[1:]
DIR = pathlib.Path(folder)
password = pathlib.Path(password_file).read_text().strip()
COUNT = 0


def mode():
    try:
        return (DIR / "mode").read_text().strip()
    except OSError:
        return "up"


def authenticate(_server, _session, _envelope, _mechanism, data):
    good = data.login == user.encode() and data.password == password.encode()
    return AuthResult(success=good, handled=False)


def keep(envelope, how):
    global COUNT
    COUNT += 1
    (DIR / "mails").mkdir(exist_ok=True)
    (DIR / "mails" / f"{COUNT}.eml").write_bytes(envelope.content)
    message = email.message_from_bytes(envelope.content)
    with open(DIR / "taken", "a") as taken:
        taken.write(f"{message['Message-ID']} {envelope.rcpt_tos[0]} {how}\n")


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        if mode() == "busy":
            return "421 try again when there is room"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        how = mode()
        if how == "later":
            return "451 try again in a while"
        if how == "refuse" and "gone" in address:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        how = mode()
        if how == "lost":
            keep(envelope, "lost")
            server.transport.abort()
            return "421 gone"
        keep(envelope, "answered")
        return "250 taken"


class Server(SMTP):
    """The same, and it can go away while it is spoken to."""

    async def smtp_DATA(self, arg):
        if mode() == "drop":
            await self.push("354 go ahead")
            await self._reader.read(64)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def protocol():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return Server(
        Handler(),
        hostname="mail.lab",
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=authenticate,
        enable_SMTPUTF8=True,
    )


async def main():
    sock = listen(port, 128)
    server = await asyncio.get_running_loop().create_server(protocol, sock=sock)
    say_port(str(DIR / "port"), sock)
    await server.serve_forever()


asyncio.run(main())
