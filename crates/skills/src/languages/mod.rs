//! The languages in which the gateway can say a few fixed sentences without a model, and how it
//! tells which one a customer writes.
//!
//! Chat messages are short: the small words and the letters of a language tell it more surely
//! than statistics over long texts would. To add a language, add a file with its words and
//! sentences, and name it here.

mod arabic;
mod english;
mod french;
mod german;
mod spanish;
mod strangers;
mod turkish;

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::limits::MAX_QUESTION_BYTES;
use crate::search::beginning;
use crate::search::words::words;

/// A language with fixed sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English, and what is spoken to those whose language isn't known.
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Turkish.
    Turkish,
    /// Arabic.
    Arabic,
}

/// What is known of a language. The lists are words separated by white space, as a customer
/// writes them.
struct Tongue {
    /// Words that hold sentences together and say nothing about a subject.
    fillers: &'static str,
    /// Words of which a greeting has at least one.
    greetings: &'static str,
    /// Words of which thanks or a goodbye has at least one.
    thanks: &'static str,
    /// Words of the skills' subjects that tell the language by themselves.
    subjects: &'static str,
    /// Letters that are telling, since of the languages here few others write them.
    letters: &'static str,
    /// The fixed sentences.
    sentences: Sentences,
}

/// What is said without a model. None of it depends on what the skills say.
pub(crate) struct Sentences {
    /// Greets.
    pub(crate) greeting: &'static str,
    /// Introduces the list of what can be asked.
    pub(crate) you_can_ask: &'static str,
    /// Answers thanks.
    pub(crate) welcome: &'static str,
    /// Asks to go on after words that say nothing, such as "ok".
    pub(crate) listening: &'static str,
    /// Introduces a quotation that is not in the customer's language.
    pub(crate) quoting: &'static str,
    /// Says that a person will follow up.
    pub(crate) person: &'static str,
    /// Says that there is no answer now, and that a person will follow up.
    pub(crate) cannot_answer: &'static str,
}

/// The word lists, folded and ready to look up.
struct Lexicon {
    fillers: HashSet<String>,
    greetings: HashSet<String>,
    thanks: HashSet<String>,
    subjects: HashSet<String>,
}

impl Lexicon {
    fn of(tongue: &Tongue) -> Self {
        Self {
            fillers: folded(tongue.fillers),
            greetings: folded(tongue.greetings),
            thanks: folded(tongue.thanks),
            subjects: folded(tongue.subjects),
        }
    }
}

/// The words of a list, ready to look up.
fn folded(list: &str) -> HashSet<String> {
    list.split_whitespace().flat_map(|word| words(word).collect::<Vec<_>>()).collect()
}

static LEXICONS: LazyLock<[Lexicon; 6]> =
    LazyLock::new(|| Language::ALL.map(|language| Lexicon::of(language.tongue())));

static STRANGERS: LazyLock<[HashSet<String>; 4]> =
    LazyLock::new(|| strangers::STRANGERS.map(folded));

impl Language {
    /// All of them, in the order of their declaration.
    const ALL: [Self; 6] =
        [Self::English, Self::German, Self::Spanish, Self::French, Self::Turkish, Self::Arabic];

    /// The language of a text, if its words or letters give it away. A text that looks more like
    /// another language than like any of these has none.
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        let text = beginning(text, MAX_QUESTION_BYTES).to_lowercase();
        let words: Vec<_> = words(&text).collect();
        let signs = Self::ALL.map(|language| language.signs(&text, &words));
        let most = signs.into_iter().max().filter(|most| *most > 0)?;
        let strange = |stranger: &HashSet<String>| {
            words.iter().filter(|word| stranger.contains(*word)).count()
        };
        if STRANGERS.iter().map(strange).any(|signs| signs > most) {
            return None;
        }
        // Among equals the first wins, which puts English first.
        Self::ALL.into_iter().zip(signs).find(|(_, signs)| *signs == most).map(|(found, _)| found)
    }

    /// Whether the folded word says nothing about a subject.
    pub(crate) fn has_filler(self, word: &str) -> bool {
        let lexicon = self.lexicon();
        lexicon.fillers.contains(word)
            || lexicon.greetings.contains(word)
            || lexicon.thanks.contains(word)
    }

    /// Whether the folded word says nothing about a subject in any of the languages.
    pub(crate) fn any_has_filler(word: &str) -> bool {
        Self::ALL.iter().any(|language| language.has_filler(word))
    }

    /// Whether the folded word is part of a greeting.
    pub(crate) fn greets_with(self, word: &str) -> bool {
        self.lexicon().greetings.contains(word)
    }

    /// Whether the folded word is part of thanks or of a goodbye.
    pub(crate) fn thanks_with(self, word: &str) -> bool {
        self.lexicon().thanks.contains(word)
    }

    /// What is said in this language without a model.
    pub(crate) fn sentences(self) -> &'static Sentences {
        &self.tongue().sentences
    }

    fn signs(self, lower: &str, words: &[String]) -> usize {
        let subjects = &self.lexicon().subjects;
        let tells = |word: &&String| self.has_filler(word) || subjects.contains(*word);
        let known = words.iter().filter(tells).count();
        let letters = self.tongue().letters;
        known + lower.chars().filter(|c| letters.contains(*c)).count().min(3)
    }

    fn lexicon(self) -> &'static Lexicon {
        let [english, german, spanish, french, turkish, arabic] = &*LEXICONS;
        match self {
            Self::English => english,
            Self::German => german,
            Self::Spanish => spanish,
            Self::French => french,
            Self::Turkish => turkish,
            Self::Arabic => arabic,
        }
    }

    fn tongue(self) -> &'static Tongue {
        match self {
            Self::English => &english::TONGUE,
            Self::German => &german::TONGUE,
            Self::Spanish => &spanish::TONGUE,
            Self::French => &french::TONGUE,
            Self::Turkish => &turkish::TONGUE,
            Self::Arabic => &arabic::TONGUE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_messages_give_their_language_away() {
        for (text, language) in [
            ("Where is my parcel?", Language::English),
            ("my package has not arrived yet", Language::English),
            ("Wo ist mein Paket?", Language::German),
            ("Das Paket ist beschädigt", Language::German),
            ("guten tag", Language::German),
            ("¿Dónde está mi paquete?", Language::Spanish),
            ("cuanto cuesta enviar un paquete", Language::Spanish),
            ("Où est mon colis ?", Language::French),
            ("mon colis est arrivé cassé", Language::French),
            ("Kargom nerede?", Language::Turkish),
            ("paketim hasarlı geldi ne yapmalıyım", Language::Turkish),
            ("أين طردي؟", Language::Arabic),
            ("merhaba", Language::Turkish),
            ("Reklamation", Language::German),
            ("remboursement", Language::French),
            ("reembolso", Language::Spanish),
            ("tazminat", Language::Turkish),
            ("paket nerede", Language::Turkish),
        ] {
            assert_eq!(Language::detect(text), Some(language), "{text}");
        }
    }

    #[test]
    fn a_number_or_an_emoji_has_no_language() {
        for text in ["TRK-12345", "12345", "🙂", ""] {
            assert_eq!(Language::detect(text), None, "{text}");
        }
    }

    #[test]
    fn a_language_without_sentences_here_is_not_taken_for_another() {
        for text in [
            "dov'è il mio pacco",
            "Dov’è il mio pacco?",
            "quando arriva il mio pacco?",
            "onde está minha encomenda?",
            "waar is mijn pakket",
            "gdzie jest moja paczka",
        ] {
            assert_eq!(Language::detect(text), None, "{text}");
        }
    }

    #[test]
    fn every_language_has_all_its_sentences_and_lists() {
        for language in Language::ALL {
            let said = language.sentences();
            for sentence in
                [said.greeting, said.you_can_ask, said.welcome, said.quoting, said.cannot_answer]
            {
                assert!(sentence.chars().count() > 5, "{language:?}");
                assert_eq!(Language::detect(said.cannot_answer), Some(language));
            }
            assert!(said.cannot_answer.ends_with(said.person), "{language:?}");
            assert!(language.lexicon().fillers.len() > 60, "{language:?}");
        }
    }
}
