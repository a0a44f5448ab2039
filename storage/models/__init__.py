"""The tables, one file per aggregate."""

from storage.models.actors import Account, Actor, ActorKey, Follow, Host, Session, SignInLink
from storage.models.base import Base
from storage.models.consents import ConsentLogEntry, DeletedStamp, Offer, Stamp, WithdrawnOffer
from storage.models.posts import (
    Boost,
    HomeEntry,
    Like,
    Media,
    Notification,
    Post,
    PostAuthor,
    Tombstone,
)
from storage.models.work import Activity, Delivery, InboxItem, Job, OutboxEvent, Setting

__all__ = [
    "Account",
    "Activity",
    "Actor",
    "ActorKey",
    "Base",
    "Boost",
    "ConsentLogEntry",
    "DeletedStamp",
    "Delivery",
    "Follow",
    "HomeEntry",
    "Host",
    "InboxItem",
    "Job",
    "Like",
    "Media",
    "Notification",
    "Offer",
    "OutboxEvent",
    "Post",
    "PostAuthor",
    "Session",
    "Setting",
    "SignInLink",
    "Stamp",
    "Tombstone",
    "WithdrawnOffer",
]
