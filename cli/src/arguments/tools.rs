//! What helps to use the program itself.

use clap::Args;
use clap_complete::Shell;

use super::Common;

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  bash:
    pipehook completions bash \\
      >~/.local/share/bash-completion/completions/pipehook

  zsh:
    pipehook completions zsh >\"${fpath[1]}/_pipehook\"

  fish:
    pipehook completions fish >~/.config/fish/completions/pipehook.fish")]
pub(crate) struct CompletionsArguments {
    pub(crate) shell: Shell,
}

/// Check the clock, the address, the token and the version
///
/// It checks what a command needs: the file with the logins, the address, the clock of this machine, the token, and what the
/// deployment can do. Each fault comes with what mends it. The exit status is 1 if there is one.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  pipehook doctor
  pipehook doctor --deployment staging --json")]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) common: Common,
}
