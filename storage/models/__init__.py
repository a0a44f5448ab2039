"""The tables, one file per aggregate."""

from storage.models.actors import (
    Account,
    Actor,
    ActorKey,
    Follow,
    Host,
    RecoveryCode,
    SecondStep,
    Session,
    SignInLink,
)
from storage.models.announcing import (
    Announcement,
    AnnouncementDismissal,
    AnnouncementReaction,
)
from storage.models.appearances import Appearance
from storage.models.archives import Archive
from storage.models.arrivals import InboxEntry, PostCreate
from storage.models.base import Base
from storage.models.cards import LinkCard, PostCard
from storage.models.changes import (
    Change,
    ConsentMessage,
    Credit,
    CreditOffer,
    DraftComment,
    MessageConsent,
    MessageStop,
)
from storage.models.collecting import CollectionItem, OwnCollection
from storage.models.consents import ConsentLogEntry, DeletedStamp, Offer, Stamp, WithdrawnOffer
from storage.models.conversations import Conversation, ConversationPost
from storage.models.files import RemoteFile
from storage.models.filters import Filter, FilterKeyword, FilterPost
from storage.models.history import PostVersion
from storage.models.house import ServerRule, ServerText
from storage.models.oauth import AccessToken, Application, AuthorizationCode
from storage.models.postings import Posting
from storage.models.posts import (
    Addressee,
    Bookmark,
    Boost,
    HomeEntry,
    IdempotencyKey,
    Like,
    Marker,
    Media,
    Notification,
    Post,
    PostAuthor,
    Tombstone,
)
from storage.models.pushing import PendingPush, PushSubscription
from storage.models.quotes import Quote, QuoteRequest
from storage.models.reading import (
    CustomEmoji,
    EmojiPicture,
    Poll,
    PollVote,
    PostTag,
    PostViews,
    Relay,
    Report,
    ReportedObject,
)
from storage.models.relations import (
    AccountNote,
    Block,
    Endorsement,
    FollowedTag,
    HostBlock,
    HostRule,
    ImportRow,
    InviteMute,
    ListMember,
    Mute,
    NotificationPermission,
    NotificationPolicy,
    Pin,
    PostMute,
    ProfileHide,
    ReaderList,
    SuggestionDismissal,
    TrustedAuthor,
)
from storage.models.relaying import RelaySubscription
from storage.models.scheduled import ScheduledPost
from storage.models.sign_ups import SignUp, SignUpLink, SignUpLinkUse
from storage.models.staff import ModerationAct, Staff
from storage.models.streams import StreamEvent
from storage.models.threads import Crawl, CrawlHost, CrawlItem
from storage.models.work import Activity, Delivery, InboxItem, Job, OutboxEvent, Setting

__all__ = [
    "AccessToken",
    "Account",
    "AccountNote",
    "Activity",
    "Actor",
    "ActorKey",
    "Addressee",
    "Announcement",
    "AnnouncementDismissal",
    "AnnouncementReaction",
    "Appearance",
    "Application",
    "Archive",
    "AuthorizationCode",
    "Base",
    "Block",
    "Bookmark",
    "Boost",
    "Change",
    "CollectionItem",
    "ConsentLogEntry",
    "ConsentMessage",
    "Conversation",
    "ConversationPost",
    "Crawl",
    "CrawlHost",
    "CrawlItem",
    "Credit",
    "CreditOffer",
    "CustomEmoji",
    "DeletedStamp",
    "Delivery",
    "DraftComment",
    "EmojiPicture",
    "Endorsement",
    "Filter",
    "FilterKeyword",
    "FilterPost",
    "Follow",
    "FollowedTag",
    "HomeEntry",
    "Host",
    "HostBlock",
    "HostRule",
    "IdempotencyKey",
    "ImportRow",
    "InboxEntry",
    "InboxItem",
    "InviteMute",
    "Job",
    "Like",
    "LinkCard",
    "ListMember",
    "Marker",
    "Media",
    "MessageConsent",
    "MessageStop",
    "ModerationAct",
    "Mute",
    "Notification",
    "NotificationPermission",
    "NotificationPolicy",
    "Offer",
    "OutboxEvent",
    "OwnCollection",
    "PendingPush",
    "Pin",
    "Poll",
    "PollVote",
    "Post",
    "PostAuthor",
    "PostCard",
    "PostCreate",
    "PostMute",
    "PostTag",
    "PostVersion",
    "PostViews",
    "Posting",
    "ProfileHide",
    "PushSubscription",
    "Quote",
    "QuoteRequest",
    "ReaderList",
    "RecoveryCode",
    "Relay",
    "RelaySubscription",
    "RemoteFile",
    "Report",
    "ReportedObject",
    "ScheduledPost",
    "SecondStep",
    "ServerRule",
    "ServerText",
    "Session",
    "Setting",
    "SignInLink",
    "SignUp",
    "SignUpLink",
    "SignUpLinkUse",
    "Staff",
    "Stamp",
    "StreamEvent",
    "SuggestionDismissal",
    "Tombstone",
    "TrustedAuthor",
    "WithdrawnOffer",
]
