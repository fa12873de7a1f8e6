"""What a person does with the demo LMS, over HTTP alone."""

import html
import re
from urllib.parse import urljoin

import requests
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from lti_tool.demo.lms import Lms
from lti_tool.launch.models import Launch

TIMEOUT = 20
COURSE = "/courses/difficult-conversations"


class World:
    def __init__(self, lms: Lms, sessions: sessionmaker[Session]) -> None:
        self.lms, self.sessions = lms, sessions
        self.url, self.tool_url = lms.config.issuer, lms.config.tool_url

    def behave_as(self, key: str) -> None:
        chosen = requests.post(f"{self.url}/habits", data={"habits": key}, timeout=TIMEOUT)
        assert chosen.status_code == 200

    def open(self, path: str) -> "Visit":
        """Follow the whole way from a page of the LMS into the tool."""
        browser = requests.Session()
        page = browser.get(f"{self.url}{path}", timeout=TIMEOUT)
        assert page.status_code == 200, page.text
        login = browser.post(f"{self.tool_url}/lti/login", data=fields_of(page), timeout=TIMEOUT)
        assert login.status_code == 200, login.text
        answer = browser.get(continued(login), timeout=TIMEOUT)
        landing = browser.post(f"{self.tool_url}/lti/launch", data=fields_of(answer), timeout=TIMEOUT)
        assert landing.status_code == 200, landing.text
        return Visit(self, browser, urljoin(self.tool_url, continued(landing)))

    def launch(self) -> Launch:
        """The newest one, as the tool keeps it."""
        with self.sessions() as session:
            return session.scalars(select(Launch).order_by(Launch.created_at.desc()).limit(1)).one()


class Visit:
    """Somebody in the tool, on the page where they arrived."""

    def __init__(self, world: World, browser: requests.Session, address: str) -> None:
        self.world, self.browser, self.address = world, browser, address
        self.page = browser.get(address, timeout=TIMEOUT)
        assert self.page.status_code == 200, self.page.text

    def choose(self, **fields: str) -> requests.Response:
        """Send the deep linking form, and let its answer travel to the LMS."""
        hidden = dict(
            re.findall(
                r'<input name="(csrf_token|submission)" type="hidden" value="([^"]+)">', self.page.text
            )
        )
        answer = self.browser.post(self.address, data={**hidden, **fields}, timeout=TIMEOUT)
        assert answer.status_code == 200, answer.text
        action = re.search(r'action="([^"]*/deep-linking/return[^"]*)"', answer.text)
        token = re.search(r'name="JWT"\s+value="([^"]+)"', answer.text)
        assert action, answer.text
        assert token, answer.text
        return self.browser.post(html.unescape(action[1]), data={"JWT": token[1]}, timeout=TIMEOUT)


def fields_of(page: requests.Response) -> dict[str, str]:
    found = re.findall(r'<input type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"', page.text)
    return {name: html.unescape(value) for name, value in found}


def continued(page: requests.Response) -> str:
    address = page.text.partition('id="continue"')[2].partition('href="')[2].partition('"')[0]
    assert address, page.text
    return html.unescape(address)
