//! German.

use super::{Sentences, Tongue};

pub(super) const TONGUE: Tongue = Tongue {
    fillers: "
        ab aber alle alles als also am an andere anderen auch auf aus bei beim bekomme bekommen bereits
        bin bis bist bitte brauche da dann das dass dein deine dem den denn der des dich die dies diese
        diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas
        euch euer eure für gab ganz geben gehabt geht gern gerne gibt habe haben hat hatte hatten hier
        ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede jemand jetzt kann
        kannst kein keine keinen können könnte könnten machen mal man mehr mein meine meinem meinen
        meiner mich mir mit möchte muss müssen nach nicht nichts noch nun nur ob oder ohne schon sehr
        sein seine seit sich sie sind so soll sollte tun über um und uns unser unsere unter viel vom
        von vor wann war waren warum was weil welche welcher wenn wer werde werden wie wieder will wir
        wird wo wurde würde zu zum zur zwischen heute gestern frage fragen hilfe helfen wissen weiß
        warten wollte wollen würden
    ",
    greetings: "hallo guten tag moin servus grüezi gruezi morgen abend",
    thanks: "danke dank dankeschön vielen tschüss tschuess wiedersehen",
    subjects: "
        beschädigt beschwerde entschädigung erstattung lieferung nachbar paket pakete rechnung
        reklamation reklamieren rückerstattung sendung sendungsnummer stornieren zoll zustellung
    ",
    letters: "äöüß",
    sentences: Sentences {
        greeting: "Hallo!",
        you_can_ask: "Sie können mich danach fragen:",
        welcome: "Gern geschehen! Schreiben Sie einfach wieder, wenn etwas ist.",
        listening: "Ich bin da: Schreiben Sie einfach, was Sie wissen möchten.",
        quoting: "Das steht dazu in unseren Informationen:",
        person: "Jemand aus unserem Team meldet sich hier bei Ihnen.",
        cannot_answer: "Das kann ich Ihnen im Moment leider nicht beantworten. Jemand aus unserem \
                        Team meldet sich hier bei Ihnen.",
    },
};
