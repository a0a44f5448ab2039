"""Reading a person's answer to the question whether their name may stand on a post.

Consent is a clear yes and nothing else: a text counts only if every word of it is one of the
phrases below or a politeness. Whatever is left over ("yes, but …", a question, a joke, a poem)
makes it unclear, and somebody asks again. A wrong "unclear" costs a question, a wrong "accept" puts
a name on a post. Declining is read a little more freely: it can put nobody's name anywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final


class Reading(StrEnum):
    """What an answer says."""

    ACCEPT = "accept"
    DECLINE = "decline"
    """No, or no more: before and after consent was given."""
    LEAVE = "leave"
    """The name is to go off, whatever else is asked at the time."""
    STOP = "stop"
    """No, and never ask again."""
    START = "start"
    """May be asked again."""
    UNCLEAR = "unclear"


_FILLER: Final = "filler"
_REGRET: Final = "regret"
"""Goes with a no; beside a yes it makes one ask again."""
_NO: Final = (Reading.STOP, Reading.LEAVE, Reading.DECLINE)
"""What says no, the farthest-reaching first."""

_PHRASES: Final[Mapping[str, str]] = {
    Reading.ACCEPT: """
        accept | accepted | i accept | i do accept | i accept it | i accept this | i accept that
        i accept the invitation | i accept your invitation | yes i do | i do | yes | yep | yeah
        yea | yup | aye | ok | okay | okey | oki | agree | agreed | i agree | i do agree
        i agree to this | i agree to it | i agree with this | i agree with it | i fully agree
        sure | sure thing | of course | absolutely | definitely | gladly | with pleasure
        approve | approved | i approve | confirm | confirmed | i confirm | consent | i consent
        count me in | im in | i am in | go ahead | lets do it | let us do it
        oui | daccord | je suis daccord | jaccepte | accepte | j accepte | acceptee | entendu
        bien sur | volontiers | avec plaisir | je confirme | je consens | ca marche | cest daccord
        수락 | 수락합니다 | 수락해요 | 수락할게요 | 수락하겠습니다 | 수락함 | 네 | 넵 | 넹 | 예 | 응
        동의 | 동의합니다 | 동의해요 | 동의할게요 | 동의함 | 좋아요 | 좋습니다 | 그래요 | 승낙
        승낙합니다 | 승인 | 승인합니다 | 오케이 | 찬성 | 찬성합니다 | 허락합니다 | 허락해요
        ja | jawohl | einverstanden | ich bin einverstanden | akzeptiere | ich akzeptiere
        akzeptiert | angenommen | ich nehme an | ich stimme zu | stimme zu | gerne | gern | klar
        na klar | ja klar
        si | acepto | yo acepto | aceptado | de acuerdo | estoy de acuerdo | vale | claro
        claro que si | por supuesto
        sim | aceito | eu aceito | concordo | eu concordo | de acordo | com certeza
        accetto | io accetto | daccordo | sono daccordo | va bene | certo | certamente
        akkoord | ik ga akkoord | accepteer | ik accepteer
        accepterar | jag accepterar | godkanner | jag godkanner | okej | jeg godtar
        jeg aksepterer | jeg accepterer
        kylla | hyvaksyn | joo
        zgadzam sie | akceptuje
        souhlasim | prijimam
        да | согласен | согласна | я согласен | я согласна | принимаю | ок
        згоден | згодна | приимаю | погоджуюсь
        ναι | δεχομαι | συμφωνω
        evet | kabul | kabul ediyorum | onayliyorum | tamam
        はい | 承諾 | 承諾します | 承諾いたします | 同意 | 同意します | 同意いたします | 了承します
        承認します | いいですよ
        我同意 | 接受 | 我接受 | 好 | 好的 | 可以 | 是的
        jes | mi konsentas | konsentas | mi akceptas | akceptas
        accepto | dacord | setuju | saya setuju
        نعم | موافق | موافقة | اوافق | اقبل | כן | מסכים | מסכימה | हां | हाँ | स्वीकार
    """,
    Reading.DECLINE: """
        decline | declined | i decline | refuse | i refuse | refused | reject | rejected
        i reject | no | nope | nah | no thanks | no thank you | no thx | not interested
        im not interested | i am not interested | disagree | i disagree | do not accept
        i do not accept | i dont accept | dont accept | not accepted | i do not agree
        i dont agree | do not agree | dont agree | no i dont | no i do not | of course not
        absolutely not | definitely not | no way | please dont | please do not | rather not
        id rather not | i would rather not | not this time | never
        cancel | i changed my mind | changed my mind | i have changed my mind
        ive changed my mind | count me out
        non | non merci | je refuse | refuser | decliner | je decline | pas daccord
        je ne suis pas daccord | je naccepte pas | je ne veux pas | je prefere pas
        je prefere ne pas | annuler | jai change davis
        거절 | 거절합니다 | 거절해요 | 거절할게요 | 거절하겠습니다 | 아니 | 아니요 | 아니오 | 아뇨
        싫어요 | 싫습니다 | 사양합니다 | 사양할게요 | 동의하지 않습니다 | 동의하지 않아요
        동의 안 해요 | 동의 안 합니다 | 동의 못 합니다 | 수락하지 않습니다 | 수락 안 합니다
        안 합니다 | 안 해요 | 안돼요 | 안 돼요 | 반대 | 반대합니다 | 취소 | 취소합니다 | 취소해요
        nein | nein danke | no danke | ablehnen | ich lehne ab | abgelehnt | nicht einverstanden
        ich bin nicht einverstanden | ich stimme nicht zu | ich akzeptiere nicht | nee | no
        ich mochte nicht | lieber nicht
        no gracias | rechazo | rechazar | declino | no acepto | no estoy de acuerdo
        cancelar
        nao | nao obrigado | nao obrigada | recuso | recusar | nao aceito | nao concordo
        no grazie | rifiuto | rifiutare | non accetto | non sono daccordo
        nee bedankt | nee dank je | ik weiger | weiger | niet akkoord | ik ga niet akkoord
        nej | nei | nej tack | nei takk | nej tak | avbojer | jag avbojer | avslar
        ei | ei kiitos | en hyvaksy | kieltaydyn
        nie | nie dziekuje | odmawiam | nie zgadzam sie
        ne | odmitam | nesouhlasim
        нет | отказываюсь | не согласен | не согласна | не принимаю | нет спасибо
        ні | відмовляюсь | не згоден | не згодна
        οχι | αρνουμαι
        hayir | reddediyorum | kabul etmiyorum
        いいえ | 拒否 | 拒否します | 辞退 | 辞退します | 辞退いたします | 断ります | お断りします
        同意しません | 承諾しません | iie
        拒绝 | 拒絕 | 我拒绝 | 我拒絕 | 不 | 不同意 | 我不同意 | 不接受 | 我不接受 | 不要 | 不行
        mi rifuzas | rifuzas | rebutjo | tidak | saya menolak | menolak
        لا | ارفض | غير موافق | لا اوافق | לא | नहीं
    """,
    Reading.LEAVE: """
        leave | i leave | i want to leave | withdraw | i withdraw | revoke | i revoke
        quit | i quit | remove me | remove my name | please remove me | please remove my name
        take me off | take my name off | im out | i am out | i want out
        je me retire | retirez mon nom | retire mon nom | retirer mon nom | enlevez mon nom
        enleve mon nom | quitter | je quitte
        나가기 | 나갈게요 | 나가겠습니다 | 탈퇴 | 빠질게요 | 빼주세요 | 빼 주세요 | 제 이름 빼주세요
        이름을 빼주세요 | 제 이름을 빼주세요
        zuruckziehen | ich ziehe zuruck | me retiro | salir | mi ritiro | 退出
    """,
    Reading.STOP: """
        stop | please stop | stop it | stop asking | stop asking me | stop this | unsubscribe
        never ask again | never ask me again | do not ask again | dont ask again
        do not ask me again | dont ask me again | do not contact me | dont contact me
        do not contact me again | dont contact me again | leave me alone | no more messages
        arretez | arrete | arreter | ne me demandez plus | ne plus me demander
        그만 | 그만해요 | 그만하세요 | 그만해 주세요 | 그만해주세요 | 중지 | 다시 묻지 마세요
        stopp | aufhoren | nie wieder fragen | parar | basta | para | smettila | pare
        やめて | やめてください | 停止 | 別再問我 | 别再问我
    """,
    Reading.START: """
        start | resume | you may ask me again | ask me again | reprendre | 시작 | 다시 시작
        開始 | 开始
    """,
    _FILLER: """
        please | thanks | thank you | thank you very much | many thanks | thx | ty | cheers
        thanks a lot | hi | hello | hey | dear | great | perfect | wonderful | cool | nice
        bonjour | salut | merci | merci beaucoup | sil te plait | sil vous plait | svp | stp
        parfait | super | genial
        감사합니다 | 감사해요 | 고마워요 | 고맙습니다 | 안녕하세요
        danke | danke schon | vielen dank | bitte | hallo
        gracias | muchas gracias | hola | por favor | obrigado | obrigada | ola | grazie | ciao
        tack | takk | tak | hej | hei | bedankt | dank je | dank u | kiitos
        ありがとう | ありがとうございます | 谢谢 | 謝謝
        спасибо | дякую | привет | dziekuje | dekuji | ευχαριστω | tesekkurler | dankon
        شكرا | תודה
    """,
    _REGRET: """
        sorry | unfortunately | desole | desolee | malheureusement | 죄송합니다 | 죄송해요
        leider | すみません
    """,
}
"""Phrases by meaning, as ``_words`` leaves them: lower case, no accents on Latin, no apostrophes.

Words that say yes in one language and something else in another are left out of "accept": ``tak``
is yes in Polish and thanks in Danish, ``ano`` yes in Czech and a joke in Spanish.
"""

_STRONG: Final = frozenset(
    {
        *("decline", "i decline", "refuse", "i refuse", "reject", "i reject", "no thanks"),
        *("no thank you", "je refuse", "je decline", "non merci", "nein danke", "ich lehne ab"),
        *("no gracias", "rechazo", "recuso", "rifiuto", "no grazie", "거절", "거절합니다"),
        *("remove my name", "remove me", "i changed my mind", "i withdraw", "je me retire"),
        *("please remove me", "please remove my name", "take my name off"),
    }
)
"""What declines also when a reason follows it: ``decline: I am too busy``."""

_WELCOME: Final = frozenset(
    "👍👌✅✔☑🆗💯🙏🤝👏🙌🎉🎊🥳✨🌟⭐💫🎈❤🧡💛💚💙💜🖤🤍🤎💖💗💓💕💞💘💝❣♥😍🥰😘😀😃😄😁🙂😊☺😇🤗😌😸😺😻"
    "✌💪🔥🚀🌈🌸🌻🥂🍻🤩"
)
"""Emoji that take nothing from a yes. Any other may be a joke, or a no."""

_MOST_CHARACTERS: Final = 2_000
_MOST_WORDS: Final = 40
_IGNORED: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff\u00ad]")
_MODIFIERS: Final = re.compile("[\U0001f3fb-\U0001f3ff\u2640\u2642]")
_MENTION: Final = re.compile(r"(?<![\w@/])@[\w.-]+(?:@[\w.-]+(?::\d+)?)?")
_QUESTION: Final = re.compile("[?\u00bf\u037e\u061f\u2047-\u2049\u203d\u2e18\u2e2e\uff1f]")
_STRUCK_OR_WRY: Final = re.compile(r"~~|[;:]-?[(/\\|]|;-?\)")
_AROUND: Final = "<>()[]\"'.,;!`\u201c\u201d\u00ab\u00bb"
_APOSTROPHES: Final = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_BREAK: Final = re.compile(r"[.,:;!\n\u2013\u2014]|\s-\s|\bbecause\b|\bparce\b")


def read_answer(text: str, *, known: Collection[str] = ()) -> Reading:
    """What ``text`` (plain, without quotations of others) says.

    ``known`` are words that the question offered for copying: the post's identifier and the digest
    of what was asked about. Those of another post, or of another version, make it unclear.
    """
    given = set(known)
    bare = _MENTION.sub(" ", _IGNORED.sub("", text))
    lines = [line for line in bare.splitlines() if not line.lstrip().startswith((">", "»"))]
    kept = " \n".join(
        " ".join(word for word in line.split() if word.strip(_AROUND) not in given)
        for line in lines
    )
    if len(kept) > _MOST_CHARACTERS:
        return Reading.UNCLEAR
    words, doubtful = _words(kept)
    if _QUESTION.search(kept):
        return Reading.UNCLEAR
    doubtful = doubtful or _STRUCK_OR_WRY.search(kept) is not None
    meanings = _meanings(words)
    if meanings is not None:
        return _one_of(meanings, doubtful=doubtful)
    first, _, rest = _BREAK.sub("\n", kept.strip(), count=1).partition("\n")
    opening = " ".join(_words(first)[0])
    if opening in _STRONG and not _mentions(_words(rest)[0], Reading.ACCEPT):
        return Reading(_TABLE[opening])
    return Reading.UNCLEAR


def hints_at_leaving(text: str) -> bool:
    """Whether an unclear text has a word of those that take a name off, so that asking is due."""
    words = _words(_IGNORED.sub("", text[:_MOST_CHARACTERS]))[0]
    return any(_mentions(words, no) for no in _NO)


def _one_of(meanings: set[str], *, doubtful: bool) -> Reading:
    said = meanings - {_FILLER, _REGRET}
    doubtful = doubtful or _REGRET in meanings
    if len(said) > 1 and said <= set(_NO):
        return next(no for no in _NO if no in said)
    if len(said) != 1:
        return Reading.UNCLEAR
    reading = Reading(said.pop())
    return Reading.UNCLEAR if reading is Reading.ACCEPT and doubtful else reading


def _words(text: str) -> tuple[list[str], bool]:
    """The words of a text as the phrases have them, and whether emoji put them in doubt."""
    doubtful = False
    plain = []
    for character in _MODIFIERS.sub("", text):
        if character in _WELCOME:
            plain.append(" ")
        elif unicodedata.category(character) in ("So", "Co", "Cn", "Cs"):
            doubtful = True
            plain.append(" ")
        else:
            plain.append(character)
    folded = unicodedata.normalize("NFKC", "".join(plain)).casefold()
    folded = _without_accents(_APOSTROPHES.sub("", folded))
    spaced = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)
    return spaced.split(), doubtful


def _without_accents(text: str) -> str:
    """Latin, Greek and Cyrillic letters without their marks: ``sí``, ``Όχι``.

    Marks of other scripts are letters of their own, and Hangul is put together again.
    """
    pieces = []
    base = ""
    for character in unicodedata.normalize("NFD", text):
        mark = unicodedata.combining(character) and "\u0300" <= character <= "\u036f"
        if mark and base < "\u0530":
            continue
        if not unicodedata.combining(character):
            base = character
        pieces.append(character)
    return unicodedata.normalize("NFC", "".join(pieces)).replace("ı", "i")


def _meanings(words: list[str]) -> set[str] | None:
    """The meanings of phrases that together make up all of ``words``, longest first, or None."""
    if not words or len(words) > _MOST_WORDS:
        return None
    found: set[str] = set()
    position = 0
    while position < len(words):
        for length in range(min(_LONGEST, len(words) - position), 0, -1):
            meaning = _TABLE.get(" ".join(words[position : position + length]))
            if meaning is not None:
                found.add(meaning)
                position += length
                break
        else:
            return None
    return found


def _mentions(words: list[str], meaning: Reading) -> bool:
    return any(
        _TABLE.get(" ".join(words[start : start + length])) == meaning
        for start in range(len(words))
        for length in range(1, _LONGEST + 1)
    )


def _table() -> dict[str, str]:
    table: dict[str, str] = {}
    for meaning, phrases in _PHRASES.items():
        for phrase in re.split(r"[|\n]", phrases):
            key = " ".join(_words(phrase)[0])
            if key:
                table[key] = meaning
    return table


_TABLE: Final = _table()
_LONGEST: Final = max(len(phrase.split()) for phrase in _TABLE)
