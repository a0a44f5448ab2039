"""What the use cases show: plain data for pages, the JSON API and the command line alike.

Times are milliseconds since 1970 (UTC). ``content`` is sanitised HTML without inline notice and
may be put into a page as it is; every other text is plain and must be escaped.
"""

from fedi_cotweet.services.views.consent import (
    ChangeView,
    CreditRequestView,
    DraftAuthorView,
    DraftView,
    InviteAuthorView,
    InviteView,
    QuoteRequestView,
)
from fedi_cotweet.services.views.operator import (
    AnnouncementView,
    RelayView,
    ReportedPostView,
    ReportView,
    RuleView,
    ServerTextView,
    SignUpLinkView,
    StaffNoteView,
    WarningView,
)
from fedi_cotweet.services.views.pages import (
    ListView,
    ProfileView,
    TimelinePage,
)
from fedi_cotweet.services.views.people import (
    AuthorView,
    CompanionView,
    EmojiView,
    ProfileFieldView,
)
from fedi_cotweet.services.views.posts import (
    AnsweredView,
    CardView,
    CreditView,
    FilmView,
    FilteredView,
    MediaView,
    PollOptionView,
    PollView,
    PostView,
    QuoteView,
    ReactionView,
    StatisticsView,
)

__all__ = [
    "AnnouncementView",
    "AnsweredView",
    "AuthorView",
    "CardView",
    "ChangeView",
    "CompanionView",
    "CreditRequestView",
    "CreditView",
    "DraftAuthorView",
    "DraftView",
    "EmojiView",
    "FilmView",
    "FilteredView",
    "InviteAuthorView",
    "InviteView",
    "ListView",
    "MediaView",
    "PollOptionView",
    "PollView",
    "PostView",
    "ProfileFieldView",
    "ProfileView",
    "QuoteRequestView",
    "QuoteView",
    "ReactionView",
    "RelayView",
    "ReportView",
    "ReportedPostView",
    "RuleView",
    "ServerTextView",
    "SignUpLinkView",
    "StaffNoteView",
    "StatisticsView",
    "TimelinePage",
    "WarningView",
]
