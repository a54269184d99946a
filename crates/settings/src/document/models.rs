//! `models`: the providers of language models.

use super::model_ref::ModelId;
use crate::decode::{
    BaseUrl, FilePath, List, Named, Secret, Sections, Setting, Whole, choice, section,
};

section! {
    /// Where the language models are.
    struct Models {
        /// The providers, by the id that stands before the slash in `provider/model`. The ids
        /// `openai`, `anthropic` and `ollama` are known without an entry; what an entry of theirs
        /// leaves out is filled in.
        providers: Named<Provider>,
    }
}

section! {
    /// A service that runs language models.
    struct Provider {
        /// The protocol it speaks. Default `openai-completions`, which most services speak.
        api: Setting<ProviderApi>,
        /// Its address, to which the protocol's paths are appended, for example
        /// `https://api.openai.com/v1`. `OLLAMA_HOST` overrides it for the id `ollama`.
        base_url: Setting<BaseUrl>,
        /// The key that it asks for, if any. For the ids `openai` and `anthropic` the default is
        /// the value of `OPENAI_API_KEY` and `ANTHROPIC_API_KEY`.
        api_key: Setting<Secret>,
        /// A file that holds the key, in place of `apiKey`.
        api_key_file: Setting<FilePath>,
        /// The longest that one answer may take, in seconds. Default 60; 120 for `ollama`, whose
        /// models often run without a graphics card.
        timeout_seconds: Setting<Whole<1, 3_600>>,
        /// How long to wait for the first word, in seconds, before the next model is asked.
        /// Default 20; 60 for `ollama`, which may have to load the model first. Never more than
        /// `timeoutSeconds`.
        first_token_seconds: Setting<Whole<1, 3_600>>,
        /// How many answers one replica asks of it at once. Default 256; 4 for `ollama`, which
        /// works on few at a time and would let the others wait unseen.
        max_concurrent: Setting<Whole<1, 65_536>>,
        /// What its models can do. One that isn't listed reads text only.
        models: Sections<ProviderModel>,
    }
}

section! {
    /// What a provider's model can do.
    struct ProviderModel {
        /// The model's name as the provider knows it, for example `gpt-4o`.
        id: Setting<ModelId>,
        /// What it takes. With `image` it is shown the pictures that customers send; others are
        /// told of them by kind and file name. Default `text` alone.
        input: List<ModelInput>,
    }
}

choice! {
    /// Something that a model takes.
    pub(crate) enum ModelInput {
        /// Words, which all models take.
        Text = "text",
        /// Pictures.
        Image = "image",
    }
}

choice! {
    /// The protocol that a provider speaks.
    pub enum ProviderApi {
        /// OpenAI's chat completions, which vLLM, LiteLLM, OpenRouter and others speak too.
        OpenAiCompletions = "openai-completions",
        /// Anthropic's messages.
        AnthropicMessages = "anthropic-messages",
        /// Ollama's own chat protocol.
        Ollama = "ollama",
    }
}
