"""A person at a browser without a screen: logs in, picks, waits, opens, runs, stops.

It uses what a browser uses, the pages' own forms and cookies, so what it can do a person can,
and what it is refused a forged request is refused too.
"""

from __future__ import annotations

import json
import re
import ssl
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets

TOKEN = re.compile(r'xsrf_token: "([^"]*)"')


class _Loopback(httpx.AsyncBaseTransport):
    """Sends every host of a deployment to loopback, as browsers do with ``*.localhost``."""

    def __init__(self, trust: ssl.SSLContext | None) -> None:
        self._real = httpx.AsyncHTTPTransport(verify=trust or True)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        # The Host header, already set, keeps the name; only the connection goes elsewhere.
        sent = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            # Whose certificate is wanted, and has to be shown.
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return await self._real.handle_async_request(sent)

    async def aclose(self) -> None:
        await self._real.aclose()


@dataclass
class Stage:
    """One line of what a person is told while a laboratory starts."""

    progress: int
    message: str
    ready: bool = False
    failed: bool = False


@dataclass
class Person:
    """Somebody with a name and a password, at one deployment's address."""

    address: str
    name: str
    password: str
    trust: ssl.SSLContext | None = None
    client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.AsyncClient(
            transport=_Loopback(self.trust),
            base_url=self.address,
            follow_redirects=True,
            timeout=60,
        )

    async def __aenter__(self) -> Person:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def log_in(self) -> httpx.Response:
        """Fill in the login page."""
        page = await self.client.get("/hub/login")
        token = re.search(r'name="_xsrf" value="([^"]*)"', page.text)
        return await self.client.post(
            "/hub/login?next=",
            data={
                "username": self.name,
                "password": self.password,
                "_xsrf": token.group(1) if token else "",
            },
        )

    async def home(self) -> str:
        """The laboratory picker, as HTML."""
        page = await self.client.get("/hub/home")
        page.raise_for_status()
        return page.text

    async def start(self, laboratory: str, **options: str) -> httpx.Response:
        """Press a card's button; gives the page that comes next."""
        xsrf = await self.xsrf()
        return await self.client.post(
            f"/hub/spawn/{self.name}/{laboratory}".rstrip("/"), params={"_xsrf": xsrf}, data=options
        )

    async def xsrf(self) -> str:
        """The token the pages' own forms carry."""
        found = TOKEN.search(await self.home())
        return found.group(1) if found else ""

    async def token(self, *, scopes: list[str]) -> str:
        """A token of one's own that may do no more than these scopes say."""
        made = await self.client.post(
            f"/hub/api/users/{self.name}/tokens",
            params={"_xsrf": await self.xsrf()},
            json={"scopes": scopes, "note": "test"},
        )
        made.raise_for_status()
        return str(made.json()["token"])

    async def watch(self, laboratory: str, *, until: int = 101) -> list[Stage]:
        """What the waiting page is told, until a percentage, or until it is ready or failed."""
        stages = []
        path = f"/hub/api/users/{self.name}/servers/{laboratory}/progress"
        async with self.client.stream("GET", path, params={"_xsrf": await self.xsrf()}) as events:
            async for line in events.aiter_lines():
                if line.startswith("data:"):
                    told = json.loads(line.removeprefix("data:"))
                    stage = Stage(
                        told.get("progress", 0),
                        told.get("html_message") if told.get("failed") else told["message"],
                        told.get("ready", False),
                        told.get("failed", False),
                    )
                    stages.append(stage)
                    if stage.ready or stage.failed or stage.progress >= until:
                        break
        return stages

    async def open(self, laboratory: str, path: str = "lab") -> httpx.Response:
        """Open a laboratory as the browser does, through the hub's OAuth redirects."""
        return await self.client.get(f"{await self.server(laboratory)}{path}")

    async def server(self, laboratory: str) -> str:
        """The address of this person's server of a laboratory, on whatever origin it has."""
        page = await self.home()
        card = page.split(f'data-laboratory="{laboratory}"')[1].split("</li>")[0]
        link = re.search(r'href="([^"]*/user/[^"]*)"', card)
        return link.group(1) if link else f"/user/{self.name}/{laboratory}/"

    async def run(self, laboratory: str, code: str, *, kernel: str | None = None) -> str:
        """Run code in a kernel of the laboratory, a new one unless named; give what it printed.

        Raises
        ------
        RuntimeError
            If the code raises, with its error.
        """
        used = kernel or await self.start_kernel(laboratory)
        try:
            return await self._execute(laboratory, used, code)
        finally:
            if kernel is None:
                await self.client.delete(
                    f"{await self.server(laboratory)}api/kernels/{used}",
                    headers=self.server_headers(laboratory),
                )

    async def start_kernel(self, laboratory: str) -> str:
        """Start a kernel in the laboratory, and give its id."""
        await self.open(laboratory)  # its page sets the token that the next request carries
        made = await self.client.post(
            f"{await self.server(laboratory)}api/kernels",
            json={"name": "python3"},
            headers=self.server_headers(laboratory),
        )
        made.raise_for_status()
        return str(made.json()["id"])

    async def _execute(self, laboratory: str, kernel: str, code: str) -> str:
        printed: list[str] = []
        async with await self._connected(laboratory, f"api/kernels/{kernel}/channels") as channel:
            asked = uuid.uuid4().hex
            await channel.send(json.dumps(_execute_request(asked, code)))
            fault = ""
            async for text in channel:
                answer = json.loads(text)
                if answer["parent_header"].get("msg_id") != asked:
                    continue
                content = answer["content"]
                if answer["msg_type"] == "stream":
                    printed.append(content["text"])
                elif answer["msg_type"] == "error":
                    fault = f"{content['ename']}: {content['evalue']}"
                elif content.get("execution_state") == "idle":
                    break
        if fault:
            raise RuntimeError(fault)
        return "".join(printed)

    async def type(self, laboratory: str, command: str) -> str:
        """Type a command into a new terminal of the laboratory; give what the terminal shows."""
        await self.open(laboratory)
        server = await self.server(laboratory)
        headers = self.server_headers(laboratory)
        made = await self.client.post(f"{server}api/terminals", json={}, headers=headers)
        made.raise_for_status()
        name, shown = made.json()["name"], ""
        async with await self._connected(laboratory, f"terminals/websocket/{name}") as terminal:
            await terminal.send(json.dumps(["set_size", 50, 400]))
            # What is typed is shown too, and so does not hold what the end is known by.
            await terminal.send(json.dumps(["stdin", f"{command}; echo typed-$((40+2))\r"]))
            while "typed-42" not in shown:
                kind, *told = json.loads(await terminal.recv())
                shown += told[0] if kind == "stdout" else ""
        await self.client.delete(f"{server}api/terminals/{name}", headers=headers)
        return shown

    async def _connected(self, laboratory: str, path: str) -> websockets.connect:
        """A socket of the person's server, with the cookies of a browser."""
        status = await self.open(laboratory, "api/status")
        host = urlsplit(str(status.url))
        server = urlsplit(await self.server(laboratory)).path
        cookies = "; ".join(
            f"{cookie.name}={cookie.value}"
            for cookie in self.client.cookies.jar
            if (cookie.domain.lstrip(".").removesuffix(".local") in (host.hostname or ""))
            and host.path.startswith(cookie.path)
        )
        secure = {"ssl": self.trust, "server_hostname": host.hostname} if self.trust else {}
        return websockets.connect(
            f"{'wss' if self.trust else 'ws'}://{host.netloc}{server}{path}",
            host="127.0.0.1",
            port=host.port,
            **secure,
            additional_headers={"Cookie": cookies, "Origin": f"{host.scheme}://{host.netloc}"},
            max_size=None,
            open_timeout=60,  # it opens when the kernel has come up, on whatever machine
            proxy=None,
        )

    def server_headers(self, laboratory: str) -> dict[str, str]:
        """What a request of a window carries to prove that it is one."""
        token = next(
            (
                cookie.value
                for cookie in self.client.cookies.jar
                if cookie.name == "_xsrf" and f"/{laboratory}" in cookie.path and cookie.value
            ),
            "",
        )
        return {"X-XSRFToken": token}

    async def stop(self, laboratory: str) -> httpx.Response:
        """Press the card's stop button."""
        return await self.client.delete(
            f"/hub/api/users/{self.name}/servers/{laboratory}", params={"_xsrf": await self.xsrf()}
        )


def _execute_request(message: str, code: str) -> dict[str, Any]:
    return {
        "header": {
            "msg_id": message,
            "username": "",
            "session": "s",
            "msg_type": "execute_request",
            "version": "5.3",
            "date": "",
        },
        "parent_header": {},
        "metadata": {},
        "content": {
            "code": code,
            "silent": False,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
        },
        "channel": "shell",
        "buffers": [],
    }
