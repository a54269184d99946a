//! The instructions of a prompt, spelled as JSON once for as long as they stay the same.
//!
//! They hold the company's skills, tens of kilobytes that are the same from one message to the
//! next. Escaping them anew was the most expensive thing that the gateway did for a message.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use serde_json::value::{RawValue, to_raw_value};

/// Remembers the instructions that were spelled last.
#[derive(Default)]
pub(crate) struct Instructions {
    last: ArcSwapOption<Spelled>,
}

/// Instructions and their JSON.
pub(crate) struct Spelled {
    text: Arc<str>,
    json: Option<Box<RawValue>>,
}

impl Instructions {
    /// The JSON of these instructions. Only the very same allocation is recognised, which costs
    /// no comparison; it can't be another text, since it is kept alive here.
    pub(crate) fn spell(&self, text: &Arc<str>) -> serde_json::Result<Arc<Spelled>> {
        if let Some(last) = self.last.load().as_ref().filter(|last| Arc::ptr_eq(&last.text, text)) {
            return Ok(Arc::clone(last));
        }
        let is_blank = text.trim().is_empty();
        let json = if is_blank { None } else { Some(to_raw_value(text)?) };
        let spelled = Arc::new(Spelled { text: Arc::clone(text), json });
        self.last.store(Some(Arc::clone(&spelled)));
        Ok(spelled)
    }
}

impl Spelled {
    /// The JSON string, or nothing if there are no instructions.
    pub(crate) fn json(&self) -> Option<&RawValue> {
        self.json.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_spelled_once_and_others_anew() {
        let instructions = Instructions::default();
        let first: Arc<str> = "say \"hello\"\n".into();
        let spelled = instructions.spell(&first).unwrap();
        assert_eq!(spelled.json().unwrap().get(), r#""say \"hello\"\n""#);
        assert!(Arc::ptr_eq(&spelled, &instructions.spell(&first).unwrap()));
        let equal: Arc<str> = "say \"hello\"\n".into();
        assert!(!Arc::ptr_eq(&spelled, &instructions.spell(&equal).unwrap()));
        let other = instructions.spell(&"bye".into()).unwrap();
        assert_eq!(other.json().unwrap().get(), "\"bye\"");
    }

    #[test]
    fn blank_instructions_are_none() {
        assert!(Instructions::default().spell(&" \n".into()).unwrap().json().is_none());
    }
}
