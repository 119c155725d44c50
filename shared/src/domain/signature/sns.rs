//! Amazon SNS, which sends the signature and the address of its certificate in the body, beside what it signs:
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>.

use std::borrow::Cow;

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::certificate::public_key_of;
use super::options::{OptionKind, Options};
use super::part::is_all;
use super::published::{ProviderUrl, Wanted};
use super::refusal::NotAuthentic;
use super::topic::host_of;

/// A message, as far as its signature covers it. A member that is there twice is refused: which of the two is signed
/// could not be told.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "they are the names of SNS")]
struct Message<'b> {
    #[serde(borrow)]
    r#type: Cow<'b, str>,
    #[serde(borrow)]
    message: Cow<'b, str>,
    #[serde(borrow)]
    message_id: Cow<'b, str>,
    #[serde(borrow)]
    subject: Option<Cow<'b, str>>,
    #[serde(borrow)]
    timestamp: Cow<'b, str>,
    #[serde(borrow)]
    topic_arn: Cow<'b, str>,
    #[serde(borrow)]
    token: Option<Cow<'b, str>>,
    #[serde(borrow, rename = "SubscribeURL")]
    subscribe_url: Option<Cow<'b, str>>,
    #[serde(borrow)]
    signature_version: Cow<'b, str>,
    #[serde(borrow)]
    signature: Cow<'b, str>,
    #[serde(borrow, rename = "SigningCertURL")]
    signing_cert_url: Cow<'b, str>,
}

/// The body of such a call, in words.
const FORM: &str = "a message of Amazon SNS, which `raw message delivery` must not have taken apart";

/// The certificate that a message names. Nothing of the message is proven yet, so that it counts only where SNS publishes
/// its certificates: on the host of the hook's own topic.
pub(super) fn wanted(options: &Options, body: &[u8]) -> Result<Wanted, NotAuthentic> {
    let message = Message::read(body)?;
    message.check_topic(options)?;
    let url = message.signing_cert_url;
    let host = host_of(&message.topic_arn).ok_or_else(other_topic)?;
    let name = url.strip_prefix("https://").and_then(|rest| rest.strip_prefix(&*host));
    let name = name.and_then(|rest| rest.strip_prefix("/SimpleNotificationService-"));
    let name = name.and_then(|rest| rest.strip_suffix(".pem"));
    let is_certificate = name.is_some_and(|name| name.len() <= 64 && is_all(name, |byte| byte.is_ascii_alphanumeric()));
    if is_certificate {
        return Ok(Wanted::certificate(ProviderUrl::on_allowed_host(url.into_owned())));
    }
    Err(NotAuthentic::OtherHost { url: url.chars().take(200).collect(), host })
}

/// Whether the certificate has signed the message, and it is of the hook's topic.
pub(super) fn proves(options: &Options, certificate: &[u8], body: &[u8]) -> Result<bool, NotAuthentic> {
    let message = Message::read(body)?;
    message.check_topic(options)?;
    let algorithm: &'static RsaParameters = match &*message.signature_version {
        "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        "2" => &RSA_PKCS1_2048_8192_SHA256,
        _ => return Err(malformed()),
    };
    let signature = STANDARD.decode(&*message.signature).map_err(|_| malformed())?;
    let Some(key) = public_key_of(certificate) else { return Ok(false) };
    let signed = message.signed()?;
    Ok(UnparsedPublicKey::new(algorithm, key).verify(signed.as_bytes(), &signature).is_ok())
}

/// Where to say that the topic may send to the hook, if an authentic message asks for it. The address is made of the
/// topic and the token, and is never the one that the message has.
pub(super) fn confirmation(body: &[u8]) -> Option<ProviderUrl> {
    let message = Message::read(body).ok().filter(|message| message.r#type == SUBSCRIPTION)?;
    let token =
        message.token.filter(|token| token.len() <= 1024 && is_all(token, |byte| byte.is_ascii_alphanumeric()))?;
    let (host, topic) = (host_of(&message.topic_arn)?, message.topic_arn);
    let url = format!("https://{host}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}");
    Some(ProviderUrl::on_allowed_host(url))
}

const NOTIFICATION: &str = "Notification";
const SUBSCRIPTION: &str = "SubscriptionConfirmation";
const UNSUBSCRIPTION: &str = "UnsubscribeConfirmation";

impl<'b> Message<'b> {
    fn read(body: &'b [u8]) -> Result<Self, NotAuthentic> {
        serde_json::from_slice(body).map_err(|_| malformed())
    }

    fn check_topic(&self, options: &Options) -> Result<(), NotAuthentic> {
        let is_it = options.get(OptionKind::TopicArn.name()) == Some(&*self.topic_arn);
        if is_it { Ok(()) } else { Err(other_topic()) }
    }

    /// The signed text: names and values, each on lines of its own. Only the message may have more than one line, or the
    /// text could be read in two ways.
    fn signed(&self) -> Result<String, NotAuthentic> {
        let (id, time, topic) = (Some(&self.message_id), Some(&self.timestamp), Some(&self.topic_arn));
        let (url, token) = (self.subscribe_url.as_ref(), self.token.as_ref());
        let rest = match &*self.r#type {
            NOTIFICATION => {
                vec![("MessageId", id), ("Subject", self.subject.as_ref()), ("Timestamp", time), ("TopicArn", topic)]
            }
            SUBSCRIPTION | UNSUBSCRIPTION if url.is_some() && token.is_some() => {
                vec![
                    ("MessageId", id),
                    ("SubscribeURL", url),
                    ("Timestamp", time),
                    ("Token", token),
                    ("TopicArn", topic),
                ]
            }
            _ => return Err(malformed()),
        };
        let mut text = format!("Message\n{}\n", self.message);
        let all = rest.into_iter().chain([("Type", Some(&self.r#type))]);
        for (name, value) in all.filter_map(|(name, value)| Some((name, value?))) {
            if value.contains('\n') {
                return Err(malformed());
            }
            text.extend([name, "\n", value, "\n"]);
        }
        Ok(text)
    }
}

fn malformed() -> NotAuthentic {
    NotAuthentic::OtherBody(FORM)
}

fn other_topic() -> NotAuthentic {
    NotAuthentic::OtherBody("a message of the topic in the hook's `provider_options.topic_arn`")
}

#[cfg(test)]
mod tests;
