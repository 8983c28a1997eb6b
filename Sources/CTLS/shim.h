#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* What OpenSSL gives as macros, which Swift does not see. */

static const uint64_t tls_options =
    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
    SSL_OP_CLEANSE_PLAINTEXT;

/* A name as RFC 4514 writes it, which escapes nothing beyond ASCII where the text is UTF-8. */
static const unsigned long tls_rfc4514 = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;

static inline int tls_set_versions(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) && SSL_CTX_set_max_proto_version(context, highest);
}

static inline int tls_set_groups(SSL_CTX *context, const char *list) { return SSL_CTX_set1_groups_list(context, list); }

static inline void tls_release_buffers(SSL_CTX *context) { SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); }

static inline void tls_keep_no_sessions(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline int tls_set_ticket_keys(SSL_CTX *context, void *keys, long count) {
    return SSL_CTX_set_tlsext_ticket_keys(context, keys, count);
}

/* Takes the certificate over, if it succeeds. */
static inline int tls_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add0_chain_cert(context, certificate);
}
