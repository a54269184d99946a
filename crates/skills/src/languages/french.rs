//! French.

use super::{Sentences, Tongue};

pub(super) const TONGUE: Tongue = Tongue {
    fillers: "
        à ai aide aider aie alors après as au aucun aussi autre aux avant avec avez avoir avons besoin
        bien c ça car ce cela ces cet cette ceux chez comme comment d dans de depuis des deux dire dois
        doit donc du elle elles en encore entre es est et était été être eu eux fait faire faut fois
        ici il ils j jamais je jour l la le les leur leurs lui m ma mais me même mes moi moins mon n ne
        ni non nos notre nous on ont ou où oui par parce pas peu peut peux plus pour pourquoi pourrais
        pouvez pouvoir pourriez puis qu quand que quel quelle quelles quels question qui quoi rien s sa
        sais sans savoir se sera ses si sil soit son sont sous suis sur svp t ta te tes toi ton toujours
        tous tout toute tu un une va vais veux voir vos votre voudrais vous vu y aujourd hui hier
    ",
    greetings: "bonjour bonsoir salut coucou",
    thanks: "merci revoir beaucoup",
    subjects: "
        colis courrier dédommagement douane facture indemnisation livraison livreur plainte
        remboursement réclamation voisin
    ",
    letters: "éèêàùœç",
    sentences: Sentences {
        greeting: "Bonjour !",
        you_can_ask: "Vous pouvez me poser des questions sur :",
        welcome: "Avec plaisir ! Écrivez-nous à nouveau si vous avez besoin de quelque chose.",
        listening: "Je suis là : écrivez simplement ce que vous souhaitez savoir.",
        quoting: "Voici ce que disent nos informations :",
        person: "Une personne de notre équipe vous répondra ici.",
        cannot_answer: "Je suis désolé, je ne peux pas répondre à cette question pour le moment. \
                        Une personne de notre équipe vous répondra ici.",
    },
};
