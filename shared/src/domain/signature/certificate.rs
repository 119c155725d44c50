//! X.509 certificates that providers publish. Nothing but the public key counts in one: that it is the provider's is
//! proven by the host that it was fetched from, over TLS.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use webpki::EndEntityCert;

/// The public key of the first certificate in a PEM document, as `SubjectPublicKeyInfo`.
pub(super) fn public_key_of(pem: &[u8]) -> Option<Vec<u8>> {
    let certificate = CertificateDer::from_pem_slice(pem).ok()?;
    let certificate = EndEntityCert::try_from(&certificate).ok()?;
    Some(certificate.subject_public_key_info().to_vec())
}
