"""SQL of contacts: who somebody is in each channel."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select, update

from service.conversations.models import channel_identities, contacts


def add_identity(connection: Connection, contact_id: str, channel: str, external_id: str) -> None:
    connection.execute(
        insert(channel_identities).values(contact_id=contact_id, channel=channel, external_id=external_id)
    )


def identity_of(connection: Connection, contact_id: str, channel: str) -> str | None:
    """The contact's newest name in a channel, None when it has none there."""
    query = select(channel_identities.c.external_id).where(
        channel_identities.c.contact_id == contact_id, channel_identities.c.channel == channel
    )
    found = connection.execute(query.order_by(channel_identities.c.id.desc())).scalars().first()
    return None if found is None else str(found)


def move_identity(connection: Connection, channel: str, external_id: str, contact_id: str) -> None:
    """The identity belongs to another contact from now on."""
    connection.execute(
        update(channel_identities)
        .where(channel_identities.c.channel == channel, channel_identities.c.external_id == external_id)
        .values(contact_id=contact_id)
    )


def delete_identity(connection: Connection, channel: str, external_id: str) -> None:
    connection.execute(
        delete(channel_identities).where(
            channel_identities.c.channel == channel, channel_identities.c.external_id == external_id
        )
    )


def count_identities(connection: Connection, contact_id: str) -> int:
    query = select(func.count()).select_from(channel_identities).where(channel_identities.c.contact_id == contact_id)
    return int(connection.execute(query).scalar_one())


def set_customer(connection: Connection, contact_id: str, customer_id: str) -> None:
    connection.execute(update(contacts).where(contacts.c.id == contact_id).values(customer_id=customer_id))
