"""All settings of the service, read from the environment once and handed on as one object."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables carry the same names in capitals; `docs/settings.md` lists them."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: str = Field(
        "sqlite:///peacekeeping.db",
        description="Where the record is kept: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`.",
        examples=["sqlite:////data/peacekeeping.db"],
    )
    host: str = Field("127.0.0.1", description="Address the service listens on.", examples=["0.0.0.0"])
    port: int = Field(8000, ge=0, le=65535, description="Port the service listens on; 0 lets the system choose.")
    cors_origins: Annotated[str, NoDecode] = Field(
        "*",
        description="Origins whose pages may read answers, separated by commas; `*` allows every origin.",
        examples=["https://dashboard.example.org"],
    )
    pool_size: int = Field(10, ge=1, le=200, description="Connections kept open to PostgreSQL by each process.")
    pool_timeout: float = Field(3.0, gt=0, le=60, description="Seconds to wait for a free connection before 503.")
    statement_timeout: float = Field(
        20.0, gt=0, le=600, description="Seconds PostgreSQL may spend on one statement of a read."
    )
    read_threads: int = Field(
        0,
        ge=0,
        le=200,
        description="Threads of each process that work answers out, on SQLite those alone that take long; 0: four on "
        "SQLite, where more get in each other's way, and as many as `POOL_SIZE` on PostgreSQL.",
    )
    cache_bytes: int = Field(
        64_000_000, ge=0, le=10_000_000_000, description="Room for answers kept in memory, bytes; 0 keeps none."
    )
    max_body_bytes: int = Field(
        10_000_000, ge=1_000, le=1_000_000_000, description="Largest body of a write, bytes; larger ones are 413."
    )
    body_timeout: float = Field(30.0, gt=0, le=600, description="Seconds in which a body has to arrive before 408.")
    max_import_bytes: int = Field(
        100_000_000, ge=1_000, le=10_000_000_000, description="Largest file of an import, bytes; larger ones are 413."
    )
    import_wait: float = Field(
        5.0, ge=0, le=60, description="Seconds a request waits for its import before it is answered 202."
    )
    import_hosts: str = Field(
        "",
        description="Hosts files may be fetched from, separated by commas, `.example.org` for all below; empty: any.",
        examples=["peacekeeping.un.org,.humdata.org"],
    )
    import_over_http: bool = Field(False, description="`true`: files may be fetched over plain http too.")
    import_from_private: bool = Field(
        False, description="`true`: files may be fetched from private addresses and this machine too."
    )
    four_eyes: bool = Field(
        False, description="`true`: what an analyst writes is a proposal until another analyst accepts it."
    )
    log_level: str = Field(
        "info",
        pattern="^(critical|error|warning|info|debug)$",
        description="How much is logged: critical, error, warning, info or debug.",
    )

    @property
    def cors_origin_list(self) -> list[str]:
        """The origins one by one, blanks dropped."""
        return [origin.strip() for origin in self.cors_origins.split(",") if origin.strip()]


class RemoteSettings(BaseSettings):
    """What the program needs to speak to a service that runs elsewhere: `PEACEKEEPING_URL`, `PEACEKEEPING_TOKEN`."""

    model_config = SettingsConfigDict(extra="ignore", env_prefix="PEACEKEEPING_")

    url: str = Field(
        "http://127.0.0.1:8000",
        description="Address of the service that the program posts to and reads from.",
        examples=["https://peacekeeping.example.org"],
    )
    token: SecretStr = Field(
        SecretStr(""), description="Token of an analyst, as it was shown when it was made.", examples=["pkt_..."]
    )
