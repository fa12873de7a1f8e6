"""Fixtures for the administrator's page."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from tests.admin.administrators import AdministratorVisit


@pytest.fixture
def administrator(app: Flask, sessions: sessionmaker[Session]) -> AdministratorVisit:
    return AdministratorVisit.signed_in(app, sessions)
