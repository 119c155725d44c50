//! `pipehook requests`.

use super::Context;
use crate::{
    arguments::RequestsCommand,
    terminal::{Trouble, printable},
};

pub(super) async fn run(context: &Context, command: RequestsCommand) -> Result<(), Trouble> {
    match command {
        RequestsCommand::List => {
            let (items, _) = context.client()?.list("/hook-requests", 20).await?;
            let text = || items.iter().map(|item| printable(item.get()) + "\n").collect();
            context.screen.list(&items, text)
        }
    }
}
