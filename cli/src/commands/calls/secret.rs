//! The secret of a hook, from where its owner has it.

use std::path::Path;

use samples::{Hook, Needs, SecretString, Unsignable};

use crate::{
    calls::Signer,
    commands::context::{SECRET_VARIABLE, variable},
    terminal::{self, Trouble},
};

/// What signs the calls of the hook with this name.
pub(super) async fn signer(hook: &Hook, name: &str, file: Option<&Path>) -> Result<Signer, Trouble> {
    let needs = Signer::needs(hook).map_err(|why| unsignable(&why))?;
    let secret = match needs {
        Needs::Nothing => None,
        Needs::Secret | Needs::PrivateKey => Some(given(needs, name, file).await?),
    };
    Signer::new(hook, secret).map_err(|why| unsignable(&why))
}

fn unsignable(why: &Unsignable) -> Trouble {
    let hint = match why {
        Unsignable::Published(_) | Unsignable::Described | Unsignable::Unknown(_) => {
            "Try what a call would do without a signature: pipehook hooks test --help"
        }
        Unsignable::Secret(_) => "It is shown when a hook is created, and with: pipehook hooks rotate",
        Unsignable::Options(_) => "See what the hook has: pipehook hooks show",
        Unsignable::PrivateKey(_) => {
            "Make a pair of keys, give the hook the public one, and name the file of the other."
        }
    };
    Trouble::usage(format!("No call can be signed: {why}.")).hint(hint)
}

/// A file comes before the environment, and both before a question.
async fn given(needs: Needs, name: &str, file: Option<&Path>) -> Result<SecretString, Trouble> {
    let text = match (file, variable(SECRET_VARIABLE)) {
        (Some(file), _) if needs == Needs::PrivateKey => {
            let bytes = terminal::read(file)?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
        (Some(file), _) => terminal::read_secret(file)?.to_string(),
        (None, Some(text)) => text,
        (None, None) if needs == Needs::PrivateKey => {
            return Err(Trouble::usage(format!("The provider of \"{name}\" signs with a private key."))
                .hint("Name the file that has it: --secret-file FILE"));
        }
        (None, None) => {
            let instead = format!("Set {SECRET_VARIABLE}, or name a file that holds it: --secret-file FILE");
            terminal::secret(&format!("Secret of the hook \"{name}\""), &instead).await?.to_string()
        }
    };
    Ok(SecretString::new(text))
}
