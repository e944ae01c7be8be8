//! `number`: what happens to Individual Numbers outside PMH, at the intermediate server of a running world. The
//! numbers come on standard input: on a command line everybody on the machine could read them.

use std::io::Read;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pmh_service::PlainClient;
use pmh_wire::{Door, NumberCommand, NumberCommandAnswer, paths};

use super::DataFolder;
use crate::Output;
use crate::exit::Failure;

/// Two numbers with room for blanks; whoever sends more sends something else.
const INPUT_BYTES_MAX: u64 = 1_024;

#[derive(Args)]
#[command(after_help = "Examples:
  pmh-sim number change < numbers.txt
  pmh-sim number join < numbers.txt

The file holds two Individual Numbers, one a line: for `change` the former and the new one, for `join` the one to
retire and the one to keep. The same command again changes nothing.")]
pub(crate) struct Number {
    #[command(flatten)]
    data: DataFolder,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Clone, Copy, Subcommand)]
enum Verb {
    /// A person goes on under a new number, with the same PMH-ID. 個人番号を変更します。
    Change,
    /// Two numbers turned out to be one person's. 同一人物の二つの番号を統合します。
    Join,
}

impl Number {
    pub(crate) async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let admin = PlainClient::new(self.data.world()?.address(Door::IntermediateAdmin)?);
        let mut input = String::new();
        std::io::stdin().take(INPUT_BYTES_MAX).read_to_string(&mut input)?;
        let command = self.verb.command(&input).ok_or_else(|| {
            Failure::usage(
                "標準入力に個人番号を 1 行に 1 つ、2 つ渡してください。",
                "give two Individual Numbers on standard input, one a line.",
            )
        })?;
        let answer: NumberCommandAnswer = admin.post(paths::ADMIN_NUMBERS, &command).await?;
        if output.json {
            println!("{}", serde_json::json!({ "type": "number", "changed": answer.changed }));
        } else if answer.changed {
            println!("{}", output.language.pick("変更しました", "changed"));
        } else {
            println!("{}", output.language.pick("すでにその状態です", "it stood so already"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Verb {
    /// `None` unless the input is two words.
    fn command(self, input: &str) -> Option<NumberCommand> {
        let mut words = input.split_whitespace().map(str::to_owned);
        let (first, second) = (words.next()?, words.next()?);
        if words.next().is_some() {
            return None;
        }
        Some(match self {
            Self::Change => NumberCommand::Change { my_number: first, new_my_number: second },
            Self::Join => NumberCommand::Join { retired_my_number: first, surviving_my_number: second },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_numbers_are_a_command_and_nothing_else_is() {
        let joined = Verb::Join.command("100000000001\r\n100000000002\n");
        let expected = NumberCommand::Join {
            retired_my_number: "100000000001".to_owned(),
            surviving_my_number: "100000000002".to_owned(),
        };
        assert!(joined == Some(expected));
        for input in ["", "100000000001", "1 2 3"] {
            assert!(Verb::Change.command(input).is_none(), "{input:?}");
        }
    }
}
