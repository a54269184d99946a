//! About how many bytes a stored thing takes, so that the store can stay within its limit.

use conversation::{Exchange, Message, Outbox, OutboxPart, PartState, Reply};

/// Something that takes memory.
pub(crate) trait Weigh {
    /// About how many bytes it takes, its own structure included.
    fn weight(&self) -> usize;
}

impl Weigh for Message {
    fn weight(&self) -> usize {
        let author = &self.author;
        let name = author.display_name.as_ref().map_or(0, String::len);
        let language = author.language.as_ref().map_or(0, String::len);
        let attachments: usize = self
            .attachments
            .iter()
            .map(|a| {
                let name = a.name.as_ref().map_or(0, String::len);
                size_of_val(a) + a.media_type.len() + a.handle.len() + name
            })
            .sum();
        let reach = self.reach.as_ref().map_or(0, |reach| reach.0.len());
        size_of_val(self) + self.text.len() + name + language + attachments + reach
    }
}

impl Weigh for Reply {
    fn weight(&self) -> usize {
        size_of_val(self) + self.text.len() + self.model.len()
    }
}

impl Weigh for Exchange {
    fn weight(&self) -> usize {
        self.asked.iter().map(Weigh::weight).sum::<usize>() + self.reply.weight()
    }
}

impl Weigh for OutboxPart {
    fn weight(&self) -> usize {
        let receipt = match &self.state {
            PartState::Delivered(Some(receipt)) => receipt.len(),
            PartState::Delivered(None) | PartState::Pending | PartState::Sending => 0,
        };
        let quotes = self.part.quotes.as_ref().map_or(0, String::len);
        let reach = self.part.reach.as_ref().map_or(0, |reach| reach.0.len());
        size_of_val(self) + self.part.text.len() + quotes + reach + receipt
    }
}

impl Weigh for Outbox {
    fn weight(&self) -> usize {
        let parts: usize = self.parts.iter().map(Weigh::weight).sum();
        size_of_val(self) + self.turn.len() + self.reply.weight() + parts
    }
}

impl<T: Weigh> Weigh for Option<T> {
    fn weight(&self) -> usize {
        self.as_ref().map_or(0, Weigh::weight)
    }
}

impl<T: Weigh> Weigh for std::sync::Arc<T> {
    fn weight(&self) -> usize {
        self.as_ref().weight()
    }
}
