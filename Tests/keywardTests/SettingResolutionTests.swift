import HTTP
import Logging
import Server
import Telemetry
import Testing

@testable import keyward

@Suite struct SettingResolutionTests {
    func resolve(
        _ flags: [String: String] = [:], _ environment: [String: String] = [:], isTerminal: Bool = false
    ) throws(Refusal) -> StartSettings {
        try StartSettings(flags: flags, environment: environment, isTerminal: isTerminal)
    }

    /// The refusal of a start that has to fail.
    func refusal(_ flags: [String: String] = [:], _ environment: [String: String] = [:]) throws -> Refusal {
        try #require(throws: Refusal.self) { try resolve(flags, environment) }
    }

    @Test func aFlagOutranksAVariableAndThatTheDefault() throws {
        #expect(try resolve().server.port == 8080)
        #expect(try resolve([:], ["KEYWARD_PORT": "1"]).server.port == 1)
        #expect(try resolve(["port": "2"], ["KEYWARD_PORT": "1"]).server.port == 2)
    }

    @Test(arguments: [
        "KEYWARD_VAULT_CONFIG", "AIDBOX_VAULT_CONFIG", "BOX_VAULT_CONFIG",
    ]) func everyNameOfTheVaultConfigWorks(variable: String) throws {
        #expect(try resolve([:], [variable: "/etc/vault.json"]).server.vaultConfig == "/etc/vault.json")
    }

    @Test(
        arguments: ["KEYWARD_INIT_BUNDLE", "BOX_INIT_BUNDLE"],
        [
            ("bundle.json", "bundle.json"), ("/a b%20.json", "/a b%20.json"),
            ("file:///a%20b%C3%BC.json", "/a bü.json"),
            ("file://localhost/a", "/a"), ("FILE:///a", "/a"), ("file:/a", "/a"), ("a:b", "a:b"),
        ]) func theInitBundleIsAPathOrAURLOfThisMachine(variable: String, spelt: (text: String, path: String)) throws
    {
        #expect(try resolve([:], [variable: spelt.text]).server.initBundle == spelt.path)
    }

    @Test func everySettingArrivesWhereItBelongs() throws {
        let settings = try resolve(
            [
                "host": "0.0.0.0", "port": "1", "ops-port": "2", "vault-config": "v", "store": "memory:",
                "root-secret": "r", "log-level": "trace", "log-format": "text", "max-body": "1", "max-header": "2KiB",
                "max-target": "3", "max-fields": "4", "max-chunk-extension": "5", "max-nesting": "6",
                "max-connections": "7", "max-connections-per-address": "8", "header-timeout": "1ms",
                "body-timeout": "2s", "idle-timeout": "3m", "write-timeout": "4h", "drain-timeout": "5s",
                "event-loops": "9",
            ])
        let server = settings.server
        #expect(server.host == "0.0.0.0" && server.port == 1 && server.opsPort == 2)
        #expect(server.vaultConfig == "v" && server.store == .memory && server.rootSecret == "r")
        #expect(settings.log == LogSettings(level: .trace, format: .text))
        let limits = server.limits
        #expect(limits.body == 1 && limits.header == 2_048 && limits.target == 3 && limits.fields == 4)
        #expect(limits.chunkExtension == 5 && server.nesting == 6)
        #expect(limits.connections == 7 && limits.connectionsFromOneAddress == 8 && server.eventLoops == 9)
        #expect(limits.headerTimeout == .milliseconds(1) && limits.bodyTimeout == .seconds(2))
        #expect(limits.idleTimeout == .seconds(180) && limits.writeTimeout == .seconds(14_400))
        #expect(limits.drainTimeout == .seconds(5))
    }

    @Test func theLogIsTextOnATerminalElseJSON() throws {
        #expect(try resolve(isTerminal: true).log.format == .text)
        #expect(try resolve(isTerminal: false).log.format == .json)
        #expect(try resolve(["log-format": "json"], isTerminal: true).log.format == .json)
    }

    @Test func twoNamesForOneSettingMustAgree() throws {
        #expect(try resolve([:], ["KEYWARD_PORT": "1", "BOX_WEB_PORT": "1"]).server.port == 1)
        #expect(
            try refusal([:], ["KEYWARD_PORT": "1", "BOX_WEB_PORT": "2"])
                == Refusal(
                    .configuration,
                    #"KEYWARD_PORT "1" and BOX_WEB_PORT "2" name one setting with different values; unset one of them"#)
        )
        let third = try refusal(
            ["vault-config": "/c"], ["AIDBOX_VAULT_CONFIG": "/a", "BOX_VAULT_CONFIG": "/b"])
        #expect(third.status == .configuration)
        #expect(third.line.contains("AIDBOX_VAULT_CONFIG \"/a\" and BOX_VAULT_CONFIG \"/b\""))
    }

    @Test(arguments: [
        ("KEYWARD_PROT", "KEYWARD_PORT"), ("KEYWARD_VAULTCONFIG", "KEYWARD_VAULT_CONFIG"),
        ("KEYWARD_LOGLEVEL", "KEYWARD_LOG_LEVEL"),
    ]) func anUnknownVariableIsRefusedWithTheNearestKnownOne(unknown: String, nearest: String) throws {
        #expect(
            try refusal([:], [unknown: "v"])
                == Refusal(
                    .configuration,
                    "\(unknown) \"v\" is no setting; the nearest one is \(nearest): rename it or unset it"))
    }

    @Test(arguments: ["KEYWARD_ROOT_PASSWORD", "KEYWARD_ROOT_SECRETS", "KEYWARD_API_TOKEN"])
    func whatAnUnknownVariableMayHoldInSecretIsNotPrinted(unknown: String) throws {
        let line = try refusal([:], [unknown: "hunter2"]).line
        #expect(line.contains(unknown) && !line.contains("hunter2"))
    }

    @Test func variablesOfOthersAreNoneOfOurBusiness() throws {
        #expect(try resolve([:], ["BOX_ROOT_CLIENT_SECRET": "x", "keyward_port": "x", "PATH": ""]).server.port == 8080)
    }

    @Test func theServiceLinksOfKubernetesAreExplained() throws {
        for (name, value) in [("KEYWARD_PORT", "tcp://10.0.0.1:8080"), ("KEYWARD_SERVICE_HOST", "10.0.0.1")] {
            let refusal = try refusal([:], [name: value])
            #expect(refusal.status == .configuration && refusal.line.contains("enableServiceLinks: false"))
            #expect(refusal.line.hasPrefix("\(name) \"\(value)\""))
        }
    }

    static let bad = [
        ("port", "eighty"), ("port", "65536"), ("port", "-1"), ("port", "+1"), ("port", " 1"), ("ops-port", "1.5"),
        ("store", "postgres://db"), ("store", "postgresql://db"), ("store", "memory:x"), ("store", "file:///data"),
        ("log-level", "INFO"), ("log-level", "warn"), ("log-format", "xml"),
        ("init-bundle", "https://example.org/b"), ("init-bundle", "file://host/b"), ("init-bundle", "file://"),
        ("init-bundle", "file:b"), ("init-bundle", "file:///b?c"), ("init-bundle", "file:///b#c"),
        ("init-bundle", "file:///b%00c"), ("init-bundle", "file:///b%FF"),
        ("max-body", "0"), ("max-body", "2MB"), ("max-body", "2mib"), ("max-body", "1.5MiB"), ("max-body", "MiB"),
        ("gzip-min-size", "0"), ("gzip-min-size", "None"), ("max-body", "2GiB"),
        ("max-body", "99999999999999999999"), ("max-body", "9223372036854775807GiB"),
        ("max-body", "２MiB"), ("max-fields", "0"), ("max-nesting", "1001"), ("max-connections", "many"),
        ("header-timeout", "10"), ("header-timeout", "0s"), ("idle-timeout", "25h"), ("idle-timeout", "1d"),
        ("drain-timeout", "-1s"), ("event-loops", "0"), ("event-loops", "129"),
    ]

    @Test(arguments: bad) func aBadValueIsRefusedUnderTheNameItCameBy(name: String, value: String) throws {
        let setting = try #require(Setting.all.first { $0.name == name })
        let flag = try refusal([name: value])
        #expect(flag.status == .usage)
        #expect(flag.line.hasPrefix("\(setting.flag) \"\(value)\" is "))
        #expect(flag.line.contains("; give "))
        let variable = try refusal([:], [setting.variable: value])
        #expect(variable.status == .configuration)
        #expect(variable.line.hasPrefix("\(setting.variable) \"\(value)\" is "))
    }

    @Test func aBadVariableIsRefusedEvenUnderAGoodFlag() throws {
        #expect(try refusal(["port": "1"], ["KEYWARD_PORT": "x"]).line.hasPrefix("KEYWARD_PORT"))
        #expect(try refusal(["port": "y"], ["KEYWARD_PORT": "x"]).status == .usage)
    }

    @Test(arguments: Setting.all.map(\.name)) func anEmptyValueIsRefused(name: String) throws {
        let setting = try #require(Setting.all.first { $0.name == name })
        #expect(try refusal([name: ""]) == Refusal(.usage, "\(setting.flag) is empty; give it a value or leave it out"))
        for variable in setting.variables {
            #expect(
                try refusal([:], [variable: ""])
                    == Refusal(.configuration, "\(variable) is empty; give it a value or leave it out"))
        }
    }

    @Test(arguments: ["0.0.0.0", "::", "192.168.1.1", "example.org", "127.1", "[::1]", "localhost.example.org"])
    func anotherHostThanLoopbackNeedsARootSecret(host: String) throws {
        for refusal in [try refusal(["host": host]), try refusal([:], ["KEYWARD_HOST": host])] {
            #expect(refusal.status == .configuration)
            #expect(refusal.line.contains("HOST \"\(host)\"") || refusal.line.hasPrefix("--host \"\(host)\""))
            #expect(refusal.line.contains("KEYWARD_ROOT_SECRET"))
        }
        let settings = try resolve(["host": host, "root-secret": "root", "vault-config": "/v"])
        #expect(settings.server.host == host)
    }

    @Test(arguments: ["127.0.0.1", "127.8.9.10", "::1", "0:0:0:0:0:0:0:1", "localhost", "LOCALHOST"])
    func loopbackNeedsNoRootSecret(host: String) throws {
        #expect(try resolve(["host": host]).server.host == host)
    }

    @Test func aRootSecretNeedsAVaultConfig() throws {
        let refusal = try refusal([:], ["KEYWARD_ROOT_SECRET": "root"])
        #expect(refusal.status == .configuration && refusal.line.hasPrefix(#"KEYWARD_ROOT_SECRET "root""#))
        #expect(refusal.line.contains("--vault-config"))
    }

    @Test func theTwoListenersNeedTwoPorts() throws {
        #expect(try refusal(["ops-port": "8080"]).status == .usage)
        #expect(try refusal(["port": "9"], ["BOX_METRICS_PORT": "9"]).line.hasPrefix(#"BOX_METRICS_PORT "9""#))
        #expect(try refusal(["port": "9"], ["BOX_METRICS_PORT": "9"]).status == .configuration)
        #expect(try resolve(["port": "0", "ops-port": "0"]).server.opsPort == 0)
    }

    @Test func aRefusalIsOneLineWhateverTheValue() throws {
        let line = try refusal(["port": "1\n2\r\u{1b}[2J\u{2028}\u{202e}ü"]).line
        #expect(line.hasPrefix(#"--port "1\n2\r\u{1B}[2J\u{2028}\u{202E}ü" is no port"#))
    }
}
