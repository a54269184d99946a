//! What the gateway says by itself, without asking a model: one sentence for each occasion, in the
//! language of the customer's app.

use conversation::Author;

/// The model that stands with a reply of the gateway's own.
pub(crate) const GATEWAY: &str = "gateway/saying";

/// What to say instead of our own sentences. What is set is said to everyone as it stands; where
/// nothing is set our own sentence is said, in English, German, Spanish, French, Turkish or Arabic.
#[derive(Clone, Debug, Default)]
pub struct Sayings {
    /// To a customer who opened the chat.
    pub greeting: Option<String>,
    /// To a customer who began anew and said nothing else.
    pub restarted: Option<String>,
    /// To a customer who writes more often than may be.
    pub slow_down: Option<String>,
    /// Instead of an answer that was stopped before its first word.
    pub stopped: Option<String>,
}

/// An occasion for a sentence of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Saying {
    Greeting,
    Restarted,
    SlowDown,
    Stopped,
}

impl Saying {
    /// Every occasion, in the order of the declaration.
    pub(crate) const ALL: [Self; 4] =
        [Self::Greeting, Self::Restarted, Self::SlowDown, Self::Stopped];

    /// Its name among the metrics.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Restarted => "restarted",
            Self::SlowDown => "slow_down",
            Self::Stopped => "stopped",
        }
    }
}

/// The languages that we have sentences in.
#[derive(Clone, Copy)]
enum Language {
    English,
    German,
    Spanish,
    French,
    Turkish,
    Arabic,
}

impl Sayings {
    /// The sentence for this occasion, to this customer.
    pub(crate) fn say(&self, what: Saying, to: &Author) -> String {
        let set = match what {
            Saying::Greeting => &self.greeting,
            Saying::Restarted => &self.restarted,
            Saying::SlowDown => &self.slow_down,
            Saying::Stopped => &self.stopped,
        };
        match set.as_deref().map(str::trim) {
            Some(sentence) if !sentence.is_empty() => sentence.to_owned(),
            Some(_) | None => own(what, Language::of(to)).to_owned(),
        }
    }
}

impl Language {
    /// The language of the customer's app, as far as we speak it. A region changes nothing.
    fn of(author: &Author) -> Self {
        let tag = author.language.as_deref().unwrap_or_default();
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        match primary.as_str() {
            "de" => Self::German,
            "es" => Self::Spanish,
            "fr" => Self::French,
            "tr" => Self::Turkish,
            "ar" => Self::Arabic,
            _ => Self::English,
        }
    }
}

fn own(what: Saying, language: Language) -> &'static str {
    match what {
        Saying::Greeting => greeting(language),
        Saying::Restarted => restarted(language),
        Saying::SlowDown => slow_down(language),
        Saying::Stopped => stopped(language),
    }
}

fn greeting(language: Language) -> &'static str {
    match language {
        Language::English => "Hello! How can I help you?",
        Language::German => "Hallo! Wie kann ich Ihnen helfen?",
        Language::Spanish => "¡Hola! ¿En qué puedo ayudarle?",
        Language::French => "Bonjour ! Comment puis-je vous aider ?",
        Language::Turkish => "Merhaba! Size nasıl yardımcı olabilirim?",
        Language::Arabic => "مرحبًا! كيف يمكنني مساعدتك؟",
    }
}

fn restarted(language: Language) -> &'static str {
    match language {
        Language::English => "Let's start over. What can I do for you?",
        Language::German => "Fangen wir von vorn an. Was kann ich für Sie tun?",
        Language::Spanish => "Empecemos de nuevo. ¿Qué puedo hacer por usted?",
        Language::French => "Reprenons depuis le début. Que puis-je faire pour vous ?",
        Language::Turkish => "Baştan başlayalım. Sizin için ne yapabilirim?",
        Language::Arabic => "لنبدأ من جديد. ماذا يمكنني أن أفعل من أجلك؟",
    }
}

fn slow_down(language: Language) -> &'static str {
    match language {
        Language::English => "That was a lot at once: please wait a moment before you write again.",
        Language::German => {
            "Das war viel auf einmal: Bitte warten Sie einen Moment, bevor Sie wieder schreiben."
        }
        Language::Spanish => {
            "Han sido muchos mensajes seguidos: espere un momento antes de volver a escribir, por \
             favor."
        }
        Language::French => {
            "Cela fait beaucoup de messages à la fois : merci de patienter un instant avant \
             d'écrire de nouveau."
        }
        Language::Turkish => {
            "Bir anda çok fazla mesaj geldi: lütfen yeniden yazmadan önce biraz bekleyin."
        }
        Language::Arabic => "وصلت رسائل كثيرة دفعة واحدة: يُرجى الانتظار لحظة قبل الكتابة مرة أخرى.",
    }
}

fn stopped(language: Language) -> &'static str {
    match language {
        Language::English => "Stopped.",
        Language::German => "Angehalten.",
        Language::Spanish => "Detenido.",
        Language::French => "Arrêté.",
        Language::Turkish => "Durduruldu.",
        Language::Arabic => "تم الإيقاف.",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ALL: [Saying; 4] = Saying::ALL;

    fn speaks(tag: &str) -> Author {
        Author { language: Some(tag.to_owned()), ..Author::default() }
    }

    #[test]
    fn every_saying_stands_at_its_own_place() {
        for (place, saying) in ALL.into_iter().enumerate() {
            assert_eq!(saying as usize, place, "{}", saying.label());
        }
    }

    #[test]
    fn every_sentence_is_there_once_in_each_language() {
        let sayings = Sayings::default();
        let tags = ["en", "de", "es", "fr", "tr", "ar"];
        let say = |tag| ALL.map(|what| sayings.say(what, &speaks(tag)));
        let said: HashSet<String> = tags.into_iter().flat_map(say).collect();
        assert_eq!(said.len(), ALL.len() * tags.len());
        assert!(said.iter().all(|sentence| !sentence.contains('\n') && !sentence.contains("  ")));
    }

    #[test]
    fn a_region_changes_nothing_and_other_languages_hear_english() {
        let sayings = Sayings::default();
        let greeting = |tag| sayings.say(Saying::Greeting, &speaks(tag));
        assert_eq!(greeting("de-AT"), greeting("de"));
        assert_eq!(greeting("AR_eg"), greeting("ar"));
        assert_eq!(greeting("den"), greeting("en"));
        assert_eq!(sayings.say(Saying::Greeting, &Author::default()), greeting("en"));
    }

    #[test]
    fn what_the_company_says_is_said_to_everyone() {
        let greeting = Some(" Welcome to the shop! ".to_owned());
        let sayings = Sayings { greeting, stopped: Some(" ".to_owned()), ..Sayings::default() };
        assert_eq!(sayings.say(Saying::Greeting, &speaks("de")), "Welcome to the shop!");
        assert_eq!(sayings.say(Saying::Stopped, &speaks("de")), "Angehalten.");
    }
}
