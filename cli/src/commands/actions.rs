//! `pipehook actions`.

use super::Context;
use crate::{
    arguments::ActionsCommand,
    terminal::{Trouble, printable},
};

pub(super) async fn run(context: &Context, command: ActionsCommand) -> Result<(), Trouble> {
    match command {
        ActionsCommand::List => {
            let (items, _) = context.client()?.list("/actions", 20).await?;
            let text = || items.iter().map(|item| printable(item.get()) + "\n").collect();
            context.screen.list(&items, text)
        }
    }
}
