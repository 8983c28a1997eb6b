import ArgumentParser

/// Every setting as a flag, its text not yet read.
struct SettingFlags: ParsableArguments {
    @Option(.host) var host: String?
    @Option(.port) var port: String?
    @Option(.opsPort) var opsPort: String?
    @Option(.vaultConfig) var vaultConfig: String?
    @Option(.initBundle) var initBundle: String?
    @Option(.store) var store: String?
    @Option(.storeHistory) var storeHistory: String?
    @Option(.rootSecret) var rootSecret: String?
    @Option(.tlsCertificate) var tlsCertificate: String?
    @Option(.tlsPrivateKey) var tlsPrivateKey: String?
    @Option(.tlsClientCA) var tlsClientCA: String?
    @Option(.tlsClientAuth) var tlsClientAuth: String?
    @Option(.auditLog) var auditLog: String?
    @Option(.logLevel) var logLevel: String?
    @Option(.logFormat) var logFormat: String?
    @Option(.maxBody) var maxBody: String?
    @Option(.maxHeader) var maxHeader: String?
    @Option(.maxTarget) var maxTarget: String?
    @Option(.maxFields) var maxFields: String?
    @Option(.maxTrailer) var maxTrailer: String?
    @Option(.maxChunkExtension) var maxChunkExtension: String?
    @Option(.maxNesting) var maxNesting: String?
    @Option(.maxRequestsPerConnection) var maxRequestsPerConnection: String?
    @Option(.maxConnections) var maxConnections: String?
    @Option(.maxConnectionsPerAddress) var maxConnectionsPerAddress: String?
    @Option(.headerTimeout) var headerTimeout: String?
    @Option(.bodyTimeout) var bodyTimeout: String?
    @Option(.minBodyRate) var minBodyRate: String?
    @Option(.idleTimeout) var idleTimeout: String?
    @Option(.tlsHandshakeTimeout) var tlsHandshakeTimeout: String?
    @Option(.writeTimeout) var writeTimeout: String?
    @Option(.minWriteRate) var minWriteRate: String?
    @Option(.lingerTimeout) var lingerTimeout: String?
    @Option(.maxLinger) var maxLinger: String?
    @Option(.drainTimeout) var drainTimeout: String?
    @Option(.eventLoops) var eventLoops: String?
    @Option(.gzipMinSize) var gzipMinSize: String?

    /// The flags given, by the name of their setting.
    var given: [String: String] {
        let all: KeyValuePairs = [
            "host": host, "port": port, "ops-port": opsPort, "vault-config": vaultConfig,
            "init-bundle": initBundle, "store": store,
            "store-history": storeHistory, "root-secret": rootSecret, "tls-certificate": tlsCertificate,
            "tls-private-key": tlsPrivateKey,
            "tls-client-ca": tlsClientCA, "tls-client-auth": tlsClientAuth,
            "tls-handshake-timeout": tlsHandshakeTimeout, "audit-log": auditLog, "log-level": logLevel,
            "log-format": logFormat,
            "max-body": maxBody,
            "max-header": maxHeader, "max-target": maxTarget, "max-fields": maxFields,
            "max-trailer": maxTrailer,
            "max-chunk-extension": maxChunkExtension, "max-nesting": maxNesting,
            "max-requests-per-connection": maxRequestsPerConnection, "max-connections": maxConnections,
            "max-connections-per-address": maxConnectionsPerAddress, "header-timeout": headerTimeout,
            "body-timeout": bodyTimeout, "min-body-rate": minBodyRate, "idle-timeout": idleTimeout,
            "write-timeout": writeTimeout,
            "min-write-rate": minWriteRate, "linger-timeout": lingerTimeout, "max-linger": maxLinger,
            "drain-timeout": drainTimeout, "event-loops": eventLoops, "gzip-min-size": gzipMinSize,
        ]
        return Dictionary(uniqueKeysWithValues: all.compactMap { name, text in text.map { (name, $0) } })
    }
}

extension Option<String?> {
    /// The flag of a setting, with its sentence, default and variable as help.
    init(_ setting: Setting) {
        self.init(
            name: .customLong(setting.name),
            help: ArgumentHelp(
                "\(setting.sentence) (\(setting.variable); default: \(setting.fallback ?? setting.otherwise))",
                valueName: setting.placeholder))
    }
}
