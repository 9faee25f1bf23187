"""Every setting of the service: an environment variable `YOUBAN_…` or a line of `.env`."""

from __future__ import annotations

import os
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class ConfigurationError(Exception):
    """A setting is wrong; `str(error)` is one line that names it."""


class Settings(BaseSettings):
    """Settings with their defaults; descriptions are what `youban settings` prints."""

    model_config = SettingsConfigDict(
        env_prefix="YOUBAN_", env_file=str(ROOT / ".env"), extra="ignore", hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8000, ge=1, le=65535, description="port of the service")
    data_dir: Path = Field(ROOT / "data", description="database, secrets and uploads")
    models_dir: Path = Field(ROOT / "models", description="trained artefacts")
    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the data directory")
    redis_url: str = Field("", description="wakes other service processes; not in this release, leave it empty")
    encoder: str = Field("", description="folder or hub name of a pretrained sentence encoder; empty: the trained one")
    connections: int = Field(4000, ge=100, description="connections that must be possible at once")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")

    assistant_host: str = Field("127.0.0.1", description="address of the Rasa process; keep it on loopback")
    assistant_port: int = Field(5005, ge=1, le=65535, description="port of the Rasa process")
    assistant_timeout: float = Field(2.0, gt=0, description="seconds one call to the assistant may take")
    action_timeout: float = Field(1.5, gt=0, description="seconds one action may take")
    turn_timeout: float = Field(8.0, gt=0, description="seconds a turn may take before its reply follows by socket")
    turn_lease: float = Field(12.0, gt=0, description="seconds after which an unfinished turn is taken over")

    platform_url: str = Field("", description="address of the fuel platform; empty: the embedded demo platform")
    platform_token: str = Field("", description="bearer token for the fuel platform at YOUBAN_PLATFORM_URL")
    platform_secret: str = Field("", description="signs the events that the fuel platform posts; empty: generated")
    watch_minutes: int = Field(5, ge=1, description="minutes after which people take over a paid order without fuel")
    platform_timeout: float = Field(5.0, gt=0, description="seconds a write to the fuel platform may take in all")
    secret: str = Field("", description="signs customer and session tokens; empty: generated in the data directory")
    internal_token: str = Field("", description="between service, assistant and CLI; empty: generated")
    session_hours: int = Field(720, ge=1, description="hours a customer's session token is valid")
    agent_session_hours: int = Field(12, ge=1, description="hours an agent stays logged in")
    message_limit: int = Field(4000, ge=100, description="characters of a message that are read; longer ones are cut")
    customer_rate: int = Field(600, ge=1, description="messages a customer may send in a minute")
    address_rate: int = Field(60_000, ge=1, description="requests one address may send in a minute")
    login_rate: int = Field(60, ge=1, description="log-in attempts one address may make in a minute")
    code_rate: int = Field(20, ge=1, description="phone codes one address may ask for or try in a minute")
    storage: Literal["folder", "s3"] = Field(
        "folder", description="where files lie: folder (in the data directory) or s3 (the bucket below)"
    )
    s3_endpoint: str = Field("", description="address of the S3-compatible store, such as https://s3.example.cn")
    s3_bucket: str = Field("", description="bucket of the files; it stays private, links go through the service")
    s3_prefix: str = Field("", description="what the names in the bucket begin with; empty: nothing")
    s3_access_key: str = Field("", description="access key; it may read, write, delete and list in the bucket")
    s3_secret_key: str = Field("", description="secret key that signs requests to the store")
    s3_region: str = Field("us-east-1", description="region that requests are signed for")
    s3_path_style: bool = Field(True, description="bucket in the path; false: bucket in the host name")
    s3_timeout: float = Field(10.0, gt=0, description="seconds that the store may be silent")
    scan_command: str = Field("", description="scanner's command for uploads (path is added); not 0: refused")
    scan_address: str = Field("", description="clamd for uploads, tcp://host:port or unix:/path; empty: none")
    read_pictures: bool = Field(True, description="read the words of uploaded pictures")
    upload_megabytes: int = Field(10, ge=1, description="largest picture in megabytes")
    video_megabytes: int = Field(30, ge=1, le=200, description="largest video in megabytes")
    video_seconds: int = Field(60, ge=1, description="seconds that a video may last")
    incident_customers: int = Field(5, ge=2, description="customers with one cause that make a mass incident")
    incident_minutes: int = Field(10, ge=1, description="minutes within which they report it")
    demo: bool = Field(True, description="serve the demo shop front and its customers")

    wechat_token: str = Field("", description="token of the official account; empty: the channel is off")
    wechat_app_id: str = Field("", description="AppID of the official account")
    wechat_app_secret: str = Field("", description="AppSecret of the official account")
    wechat_aes_key: str = Field("", description="EncodingAESKey, 43 characters; empty: plain mode")
    wechat_api_base: str = Field("https://api.weixin.qq.com", description="address of the WeChat API")
    wechat_open_base: str = Field("https://open.weixin.qq.com", description="address of WeChat's log-in page")
    wechat_window: int = Field(300, ge=5, description="seconds a signature of WeChat may be old")
    wechat_passive: float = Field(4.0, gt=0, le=4.5, description="seconds within which a reply goes back at once")
    wechat_template_id: str = Field("", description="template message that says a reply waits; empty: none")
    wechat_subscribe_id: str = Field("", description="subscription notice that says a reply waits; empty: none")
    wechat_template_fields: str = Field(
        "thing1=summary,time2=time", description="fields of template or notice and what stands in them"
    )
    wechat_relay_secret: str = Field("", description="signs what the account's own server forwards; empty: no relay")
    wechat_relay_token_url: str = Field("", description="where the account's own server gives its access token")
    hooks_private: bool = Field(False, description="webhooks may go to the own network, and by plain HTTP")
    webhook_secret: str = Field("", description="signs the generic webhook channel both ways; empty: it is off")
    webhook_reply_url: str = Field("", description="where the generic webhook channel gets our messages")
    email_address: str = Field("", description="mailbox of the e-mail channel; empty: the channel is off")
    email_smtp: str = Field("", description="smtps:// or smtp://user:password@host:port for our mails")
    email_imap: str = Field("", description="imaps:// or imap://user:password@host:port where customers write")
    email_poll: float = Field(15.0, gt=0, description="seconds between two looks into the mailbox")
    hotline: str = Field("", description="telephone number of customer service; empty: the one of the facts")
    app_origins: str = Field("", description="origins of pages that carry the widget, by commas; empty: only our own")
    public_url: str = Field("", description="address under which customers reach this service, for links")

    @field_validator("wechat_aes_key")
    @classmethod
    def _aes_key_length(cls, value: str) -> str:
        if value and len(value) != 43:
            raise ValueError("must have 43 characters")
        return value

    @field_validator("platform_url")
    @classmethod
    def _platform_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value

    @field_validator("scan_address")
    @classmethod
    def _scanner_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"tcp://[^/:]+:\d{1,5}|unix:/.+", value):
            raise ValueError("must be tcp://host:port or unix:/path")
        return value

    @field_validator("s3_endpoint")
    @classmethod
    def _store_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/@?#]+/?", value):
            raise ValueError("must be http:// or https:// with a host, without a path")
        return value.rstrip("/")

    @field_validator("email_smtp", "email_imap")
    @classmethod
    def _mail_server(cls, value: str, info: ValidationInfo) -> str:
        scheme = str(info.field_name).removeprefix("email_")
        if value and not value.startswith((f"{scheme}://", f"{scheme}s://")):
            raise ValueError(f"must start with {scheme}:// or {scheme}s://")
        return value

    @field_validator("redis_url")
    @classmethod
    def _no_redis_yet(cls, value: str) -> str:
        if value:
            raise ValueError("this release wakes its own process only; leave it empty")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:", "postgresql+psycopg:", "postgresql:")):
            raise ValueError("must start with sqlite: or postgresql:")
        return value.replace("postgresql:", "postgresql+psycopg:", 1) if value.startswith("postgresql:") else value

    @field_validator("app_origins")
    @classmethod
    def _whole_origins(cls, value: str) -> str:
        if any(not re.fullmatch(r"https?://[^/*]+", origin) for origin in value.split(",") if origin):
            raise ValueError("must be origins such as https://app.example.cn, without a path")
        return value

    @property
    def origins(self) -> list[str]:
        """The origins whose pages may carry the widget."""
        return [origin for origin in self.app_origins.split(",") if origin]

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'youban.db'}"

    @property
    def assistant_url(self) -> str:
        return f"http://{self.assistant_host}:{self.assistant_port}"

    @property
    def service_url(self) -> str:
        """Where this machine's own programs reach the service."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{host}:{self.port}"


def load_settings() -> Settings:
    """Read the settings and complete the secrets from the data directory.

    Raises:
        ConfigurationError: a setting is wrong, or the data directory cannot be written.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "YOUBAN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise ConfigurationError(f"{name}: {first['msg']}") from None
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.secret = settings.secret or _kept_secret(settings.data_dir / "secret")
        settings.internal_token = settings.internal_token or _kept_secret(settings.data_dir / "internal_token")
        settings.platform_secret = settings.platform_secret or _kept_secret(settings.data_dir / "platform_secret")
    except OSError as error:
        raise ConfigurationError(f"YOUBAN_DATA_DIR: {error}") from None
    return settings


@lru_cache(maxsize=1)
def cached_settings() -> Settings:
    """The settings of this process, read once."""
    return load_settings()


def _kept_secret(path: Path) -> str:
    """The secret in `path`; made on first use, readable by its owner only, by one of several processes."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        made = secrets.token_urlsafe(32)
        file.write(made)
    return made
