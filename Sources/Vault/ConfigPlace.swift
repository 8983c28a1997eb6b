extension VaultConfig.Secret {
    /// Where the secret is in the config, as in `$.secret['client-secret']`.
    package var place: String { JSONPath().member("secret").member(name.text).text }
}
