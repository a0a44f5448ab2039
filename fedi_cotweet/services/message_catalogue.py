"""The messages about consent by language. Names in braces are filled in; values are HTML.

The words to answer with stay English in all of them: they are what everybody's app shows alike.
Answers in many languages are understood (``domain.answers``).
"""

from __future__ import annotations

from typing import Final

CATALOGUE: Final[dict[str, dict[str, str]]] = {
    "en": {
        "asks": "{asker} would like to publish the post below together with you, and asks: may "
        "your name stand on it?",
        "asks_change": "{asker} would like to change the post that names you, and asks: may your "
        "name stand on the new version too?",
        "asks_published": "{asker} would like to name you on a post that is published already, and "
        "asks: may your name stand on it?",
        "stands": "This is what the post says now:",
        "replaces": "This replaces an earlier message: the post has changed.",
        "shown": "Nothing is public yet. This is exactly what would be published:",
        "shown_change": "This is exactly what it would say:",
        "fact_title": "Title:",
        "fact_warning": "Content warning:",
        "fact_sensitive": "Its pictures are marked as sensitive.",
        "fact_poll": "Poll:",
        "fact_several": "Several choices may be made.",
        "fact_one": "One choice may be made.",
        "fact_until": "Until:",
        "fact_picture": "Picture",
        "undescribed": "(no description)",
        "fact_reply": "In reply to:",
        "fact_authors": "Authors, in this order:",
        "fact_with": "Named with them:",
        "fact_mentions": "Also mentioned:",
        "fact_audience": "Audience:",
        "fact_language": "Language:",
        "public": "public – anyone can read it, and it is listed everywhere",
        "unlisted": "unlisted – anyone can read it, but it is not listed in public timelines",
        "folded": "May your name stand on a post? Its content warning: {warning}",
        "answer": "Please answer this message by {deadline} with one word:",
        "accept": "your name stands on the post. It is published once everyone named has agreed.",
        "decline": "your name does not stand on it. No answer means the same.",
        "accept_change": "the post is changed once everyone named has agreed.",
        "decline_change": "the post stays as it is, with your name. No answer means the same.",
        "later": "You can take your name off at any time, before and after publication: answer "
        "<strong>leave</strong>. If nobody on {host} shall ask you this way again: "
        "<strong>stop</strong>.",
        "counts": "Only such an answer counts. A like, a boost or a reaction means nothing. Any "
        "other answer is shown to {asker} and changes nothing.",
        "line": "If others shall be able to check that you agreed, answer publicly or unlisted "
        "with this line:",
        "word_accepted": "Thank you! You agreed to the post of {asker}. It is published once "
        "everyone named has agreed; you will get its link. To take your name off again, answer "
        "<strong>leave</strong>.",
        "word_published": "The post you agreed to is published: {link}<br>If you like it, boost "
        "it, so that your followers see it too. To take your name off, answer "
        "<strong>leave</strong>.",
        "word_changed": "The change you agreed to is published: {link}",
        "word_declined": "All right: your name will not stand on that post, and {asker} has been "
        "told. There is nothing else to do.",
        "word_left": "All right: you changed your mind, and your name will not stand on that post. "
        "{asker} has been told.",
        "word_taken_off": "Done: your name is off the post, and the servers that have it are being "
        "told. {asker} has been told too.",
        "word_shortened": "{person} is not named any more on the post you agreed to, and nothing "
        "else has changed: {link}<br>Your name stays. To take it off too, answer "
        "<strong>leave</strong>.",
        "word_accepted_change": "Thank you! You agreed to the change. It is published once everyone "
        "named has agreed; you will be told.",
        "word_declined_change": "All right: the post stays as it is, with your name, unless {asker} "
        "goes on without you; {asker} has been told. To take your name off now, answer "
        "<strong>leave</strong>.",
        "word_left_change": "All right: you changed your mind, and the post stays as it is, with "
        "your name, unless {asker} goes on without you. {asker} has been told. To take your name "
        "off now, answer <strong>leave</strong>.",
        "word_expired_change": "The time for an answer is over: the post stays as it is, with your "
        "name, unless {asker} goes on without you. There is nothing to do.",
        "word_too_late_change": "Thank you, but the time for an answer was over. {asker} has been "
        "told that you would have agreed to the change, and can ask again.",
        "word_withdrawn_change": "{asker} has taken the question back: the post stays as it is, "
        "with your name. There is nothing to do.",
        "word_unclear": "That was not a clear yes or no, so nothing has changed; {asker} can read "
        "what you wrote. Please answer with one word: <strong>accept</strong> or "
        "<strong>decline</strong>.",
        "word_unclear_later": "Nothing has changed: you agreed to that post. {asker} can read what "
        "you wrote. To take your name off, answer with one word: <strong>leave</strong>.",
        "word_too_late": "Thank you, but the time for an answer was over, and your name does not "
        "stand on that post. {asker} has been told that you would have agreed, and can ask again.",
        "word_superseded": "That was an answer to an earlier version. The post has changed since: "
        "please look at the newer message and answer that one.",
        "word_closed": "This question is closed, and nothing has changed. {asker} has been told "
        "what you answered, and can ask again.",
        "word_expired": "The time for an answer is over: your name will not stand on the post of "
        "{asker}. There is nothing to do.",
        "word_withdrawn": "{asker} has taken the question back: your name will not stand on that "
        "post. There is nothing to do.",
        "word_removed": "{asker} has taken your name off the post. There is nothing to do.",
        "word_stopped": "Understood: nobody on {host} will ask you this way again, and what was "
        "asked is answered with no. If you ever change your mind, answer <strong>start</strong>.",
        "word_started": "Thank you: people on {host} may ask you again.",
    },
    "fr": {
        "asks": "{asker} aimerait publier le message ci-dessous avec vous et demande : votre nom "
        "peut-il y figurer ?",
        "asks_change": "{asker} aimerait modifier le message qui vous nomme et demande : votre nom "
        "peut-il figurer aussi sur la nouvelle version ?",
        "asks_published": "{asker} aimerait vous nommer sur un message déjà publié et demande : "
        "votre nom peut-il y figurer ?",
        "stands": "Voici ce que dit le message actuellement :",
        "replaces": "Ceci remplace un message précédent : le texte a changé.",
        "shown": "Rien n’est encore public. Voici exactement ce qui serait publié :",
        "shown_change": "Voici exactement ce qu’il dirait :",
        "fact_title": "Titre :",
        "fact_warning": "Avertissement :",
        "fact_sensitive": "Ses images sont marquées comme sensibles.",
        "fact_poll": "Sondage :",
        "fact_several": "Plusieurs choix sont possibles.",
        "fact_one": "Un seul choix est possible.",
        "fact_until": "Jusqu’au :",
        "fact_picture": "Image",
        "undescribed": "(sans description)",
        "fact_reply": "En réponse à :",
        "fact_authors": "Auteurs, dans cet ordre :",
        "fact_with": "Nommé avec eux :",
        "fact_mentions": "Mentionne aussi :",
        "fact_audience": "Visibilité :",
        "fact_language": "Langue :",
        "public": "public – tout le monde peut le lire, il apparaît partout",
        "unlisted": "non listé – tout le monde peut le lire, mais il n’apparaît pas dans les fils "
        "publics",
        "folded": "Votre nom peut-il figurer sur un message ? Son avertissement : {warning}",
        "answer": "Répondez à ce message avant le {deadline} par un seul mot :",
        "accept": "votre nom figure sur le message. Il est publié dès que toutes les personnes "
        "nommées ont accepté.",
        "decline": "votre nom n’y figure pas. Ne pas répondre revient au même.",
        "accept_change": "le message est modifié dès que toutes les personnes nommées ont accepté.",
        "decline_change": "le message reste tel quel, avec votre nom. Ne pas répondre revient au "
        "même.",
        "later": "Vous pouvez retirer votre nom à tout moment, avant et après la publication : "
        "répondez <strong>leave</strong>. Pour que personne sur {host} ne vous le demande plus "
        "ainsi : <strong>stop</strong>.",
        "counts": "Seule une telle réponse compte. Un J’aime, un partage ou une réaction ne veut "
        "rien dire. Toute autre réponse est montrée à {asker} et ne change rien.",
        "line": "Pour que d’autres puissent vérifier votre accord, répondez publiquement ou en non "
        "listé avec cette ligne :",
        "word_accepted": "Merci ! Vous avez accepté le message de {asker}. Il est publié dès que "
        "toutes les personnes nommées ont accepté ; vous recevrez le lien. Pour retirer votre nom, "
        "répondez <strong>leave</strong>.",
        "word_published": "Le message que vous avez accepté est publié : {link}<br>S’il vous "
        "plaît, partagez-le, pour que vos abonnés le voient aussi. Pour retirer votre nom, "
        "répondez <strong>leave</strong>.",
        "word_changed": "La modification que vous avez acceptée est publiée : {link}",
        "word_declined": "Entendu : votre nom ne figurera pas sur ce message, et {asker} en est "
        "informé. Il n’y a rien d’autre à faire.",
        "word_left": "Entendu : vous avez changé d’avis, votre nom ne figurera pas sur ce message. "
        "{asker} en est informé.",
        "word_taken_off": "C’est fait : votre nom est retiré du message, et les serveurs qui l’ont "
        "en sont informés. {asker} aussi.",
        "word_shortened": "{person} n’est plus nommé sur le message que vous avez accepté, et rien "
        "d’autre n’a changé : {link}<br>Votre nom reste. Pour le retirer aussi, répondez "
        "<strong>leave</strong>.",
        "word_accepted_change": "Merci ! Vous avez accepté la modification. Elle est publiée dès "
        "que toutes les personnes nommées ont accepté ; vous en serez informé.",
        "word_declined_change": "Entendu : le message reste tel quel, avec votre nom, à moins que "
        "{asker} ne continue sans vous ; {asker} en est informé. Pour retirer votre nom "
        "maintenant, répondez <strong>leave</strong>.",
        "word_left_change": "Entendu : vous avez changé d’avis, et le message reste tel quel, avec "
        "votre nom, à moins que {asker} ne continue sans vous. {asker} en est informé. Pour "
        "retirer votre nom maintenant, répondez <strong>leave</strong>.",
        "word_expired_change": "Le délai de réponse est passé : le message reste tel quel, avec "
        "votre nom, à moins que {asker} ne continue sans vous. Il n’y a rien à faire.",
        "word_too_late_change": "Merci, mais le délai était passé. {asker} sait que vous auriez "
        "accepté la modification et peut redemander.",
        "word_withdrawn_change": "{asker} a retiré la question : le message reste tel quel, avec "
        "votre nom. Il n’y a rien à faire.",
        "word_unclear": "Ce n’était pas un oui ou un non clair, rien n’a donc changé ; {asker} "
        "peut lire votre réponse. Répondez par un seul mot : <strong>accept</strong> ou "
        "<strong>decline</strong>.",
        "word_unclear_later": "Rien n’a changé : vous avez accepté ce message. {asker} peut lire "
        "votre réponse. Pour retirer votre nom, répondez par un seul mot : <strong>leave</strong>.",
        "word_too_late": "Merci, mais le délai était passé, et votre nom ne figure pas sur ce "
        "message. {asker} sait que vous auriez accepté et peut redemander.",
        "word_superseded": "C’était une réponse à une version précédente. Le texte a changé "
        "depuis : lisez le message plus récent et répondez à celui-là.",
        "word_closed": "Cette question est close, et rien n’a changé. {asker} sait ce que vous "
        "avez répondu et peut redemander.",
        "word_expired": "Le délai de réponse est passé : votre nom ne figurera pas sur le message "
        "de {asker}. Il n’y a rien à faire.",
        "word_withdrawn": "{asker} a retiré la question : votre nom ne figurera pas sur ce "
        "message. Il n’y a rien à faire.",
        "word_removed": "{asker} a retiré votre nom du message. Il n’y a rien à faire.",
        "word_stopped": "Compris : personne sur {host} ne vous le demandera plus ainsi, et la "
        "réponse est non. Si vous changez d’avis, répondez <strong>start</strong>.",
        "word_started": "Merci : on peut de nouveau vous le demander sur {host}.",
    },
    "ko": {
        "asks": "{asker} 님이 아래 글을 함께 게시하고 싶어 합니다. 이름을 올려도 될까요?",
        "asks_change": "{asker} 님이 당신의 이름이 올라간 글을 고치고 싶어 합니다. 새 글에도 이름을 "
        "올려도 될까요?",
        "asks_published": "{asker} 님이 이미 게시된 글에 당신의 이름을 올리고 싶어 합니다. 이름을 올려도 "
        "될까요?",
        "stands": "지금 글은 다음과 같습니다.",
        "replaces": "글이 바뀌어 앞선 메시지를 대신합니다.",
        "shown": "아직 아무것도 공개되지 않았습니다. 게시될 글은 정확히 다음과 같습니다.",
        "shown_change": "바뀐 글은 정확히 다음과 같습니다.",
        "fact_title": "제목:",
        "fact_warning": "내용 경고:",
        "fact_sensitive": "사진이 민감한 것으로 표시됩니다.",
        "fact_poll": "투표:",
        "fact_several": "여러 개를 고를 수 있습니다.",
        "fact_one": "하나만 고를 수 있습니다.",
        "fact_until": "기한:",
        "fact_picture": "사진",
        "undescribed": "(설명 없음)",
        "fact_reply": "답하는 글:",
        "fact_authors": "글쓴이(순서대로):",
        "fact_with": "함께 이름이 오르는 사람:",
        "fact_mentions": "언급:",
        "fact_audience": "공개 범위:",
        "fact_language": "언어:",
        "public": "공개 – 누구나 읽을 수 있고 어디에나 표시됩니다",
        "unlisted": "조용히 공개 – 누구나 읽을 수 있지만 공개 타임라인에는 나오지 않습니다",
        "folded": "글에 이름을 올려도 될까요? 글의 내용 경고: {warning}",
        "answer": "{deadline}까지 이 메시지에 한 단어로 답해 주세요.",
        "accept": "글에 이름이 오릅니다. 이름이 오른 모두가 수락하면 게시됩니다. "
        "(<strong>수락</strong>이라고 답해도 됩니다.)",
        "decline": "글에 이름이 오르지 않습니다. 답이 없어도 같습니다. (<strong>거절</strong>)",
        "accept_change": "이름이 오른 모두가 수락하면 글이 바뀝니다. (<strong>수락</strong>이라고 "
        "답해도 됩니다.)",
        "decline_change": "글은 당신의 이름과 함께 그대로 남습니다. 답이 없어도 같습니다. "
        "(<strong>거절</strong>)",
        "later": "게시 전이든 후든 언제나 이름을 뺄 수 있습니다: <strong>leave</strong>. {host}의 "
        "누구에게서도 이런 질문을 받고 싶지 않다면: <strong>stop</strong>.",
        "counts": "이런 답만 인정됩니다. 좋아요, 부스트, 반응은 아무 뜻도 없습니다. 다른 답은 {asker} "
        "님에게 보일 뿐 아무것도 바꾸지 않습니다.",
        "line": "동의했음을 다른 사람도 확인할 수 있게 하려면 다음 줄로 공개 또는 조용히 공개로 답하세요.",
        "word_accepted": "고맙습니다! {asker} 님의 글에 동의하셨습니다. 이름이 오른 모두가 동의하면 "
        "게시되고 링크를 보내 드립니다. 이름을 빼려면 <strong>leave</strong>라고 답하세요.",
        "word_published": "동의하신 글이 게시되었습니다: {link}<br>마음에 들면 부스트해 주세요. 팔로워도 "
        "볼 수 있습니다. 이름을 빼려면 <strong>leave</strong>라고 답하세요.",
        "word_changed": "동의하신 변경이 게시되었습니다: {link}",
        "word_declined": "알겠습니다. 그 글에 이름이 오르지 않으며 {asker} 님에게 알렸습니다. 더 하실 일은 "
        "없습니다.",
        "word_left": "알겠습니다. 마음을 바꾸셨으니 그 글에 이름이 오르지 않습니다. {asker} 님에게 "
        "알렸습니다.",
        "word_taken_off": "글에서 이름을 뺐고, 글을 가진 서버들에 알리는 중입니다. {asker} 님에게도 "
        "알렸습니다.",
        "word_shortened": "동의하신 글에 {person} 님의 이름이 더는 없으며 다른 것은 바뀌지 않았습니다: "
        "{link}<br>당신의 이름은 남아 있습니다. 이름을 빼려면 <strong>leave</strong>라고 답하세요.",
        "word_accepted_change": "고맙습니다! 변경에 동의하셨습니다. 이름이 오른 모두가 동의하면 게시되고 "
        "알려 드립니다.",
        "word_declined_change": "알겠습니다. {asker} 님이 당신 없이 진행하지 않는 한 글은 당신의 이름과 "
        "함께 그대로 남으며 {asker} 님에게 알렸습니다. 지금 이름을 빼려면 <strong>leave</strong>라고 "
        "답하세요.",
        "word_left_change": "알겠습니다. 마음을 바꾸셨으니 {asker} 님이 당신 없이 진행하지 않는 한 글은 "
        "당신의 이름과 함께 그대로 남습니다. {asker} 님에게 알렸습니다. 지금 이름을 빼려면 "
        "<strong>leave</strong>라고 답하세요.",
        "word_expired_change": "답할 시간이 지났습니다. {asker} 님이 당신 없이 진행하지 않는 한 글은 "
        "당신의 이름과 함께 그대로 남습니다. 하실 일은 없습니다.",
        "word_too_late_change": "고맙습니다만 답할 시간이 지났습니다. {asker} 님에게 변경에 동의하려 "
        "하셨음을 알렸고, 다시 물을 수 있습니다.",
        "word_withdrawn_change": "{asker} 님이 질문을 거두었습니다. 글은 당신의 이름과 함께 그대로 "
        "남습니다. 하실 일은 없습니다.",
        "word_unclear": "분명한 답이 아니어서 아무것도 바뀌지 않았습니다. {asker} 님은 쓰신 내용을 볼 수 "
        "있습니다. 한 단어로 답해 주세요: <strong>accept</strong>(수락) 또는 "
        "<strong>decline</strong>(거절).",
        "word_unclear_later": "아무것도 바뀌지 않았습니다. 그 글에 동의하신 상태입니다. {asker} 님은 쓰신 "
        "내용을 볼 수 있습니다. 이름을 빼려면 한 단어로 답하세요: <strong>leave</strong>.",
        "word_too_late": "고맙습니다만 답할 시간이 지나 그 글에 이름이 오르지 않습니다. {asker} 님에게 "
        "동의하려 하셨음을 알렸고, 다시 물을 수 있습니다.",
        "word_superseded": "앞선 글에 대한 답입니다. 그 뒤 글이 바뀌었으니 새 메시지를 보고 거기에 답해 "
        "주세요.",
        "word_closed": "이 질문은 끝났고 아무것도 바뀌지 않았습니다. {asker} 님에게 답을 전했고, 다시 물을 "
        "수 있습니다.",
        "word_expired": "답할 시간이 지났습니다. {asker} 님의 글에 이름이 오르지 않습니다. 하실 일은 "
        "없습니다.",
        "word_withdrawn": "{asker} 님이 질문을 거두었습니다. 그 글에 이름이 오르지 않습니다. 하실 일은 "
        "없습니다.",
        "word_removed": "{asker} 님이 글에서 당신의 이름을 뺐습니다. 하실 일은 없습니다.",
        "word_stopped": "알겠습니다. {host}의 누구도 다시 이렇게 묻지 않으며, 받은 질문에는 거절로 답한 "
        "것이 됩니다. 마음이 바뀌면 <strong>start</strong>라고 답하세요.",
        "word_started": "고맙습니다. {host}에서 다시 물을 수 있습니다.",
    },
}
