import Server

extension StartSettings {
    /// Settles every setting of `table`: a flag over a variable of the environment over the default.
    ///
    /// The environment is judged whole, even where a flag outranks it: a variable that is wrong today would be in force
    /// tomorrow, when the flag is gone. Flags are judged first. Throws at the first fault.
    /// - Parameter flags: texts by the name of the setting.
    init(
        flags: [String: String], environment: [String: String], isTerminal: Bool, table: [Setting] = Setting.all
    ) throws(Refusal) {
        self.init(isTerminal: isTerminal)
        var fromFlags = self
        for setting in table {
            guard let text = flags[setting.name] else { continue }
            try fromFlags.set(setting, to: text, by: setting.flag, .usage)
        }
        try Self.refuseUnknown(environment)
        for setting in table {
            if let variable = try Self.variable(of: setting, in: environment), let text = environment[variable] {
                try set(setting, to: text, by: variable, .configuration)
                spellings[setting.name] = variable
            }
        }
        for setting in table {
            guard let text = flags[setting.name] else { continue }
            try set(setting, to: text, by: setting.flag, .usage)
            spellings[setting.name] = setting.flag
        }
        try refuseContradictions()
        try refuseHalfTLS()
    }

    private mutating func set(
        _ setting: Setting, to text: String, by spelling: String, _ status: ExitStatus
    ) throws(Refusal) {
        if text.isEmpty {
            throw Refusal(status, "\(spelling) is empty; give it a value or leave it out")
        }
        do throws(BadValue) {
            try setting.apply(text, &self)
        } catch {
            throw Refusal(status, "\(spelling) \"\(text)\" \(error.complaint)")
        }
    }

    /// The variable that gives a setting its value: the first of its names that is set, if all that are agree.
    private static func variable(
        of setting: Setting, in environment: [String: String]
    ) throws(Refusal) -> String? {
        let present = setting.variables.filter { environment[$0] != nil }
        guard let first = present.first else { return nil }
        if let other = present.first(where: { environment[$0] != environment[first] }) {
            throw Refusal(
                .configuration,
                "\(first) \"\(environment[first] ?? "")\" and \(other) \"\(environment[other] ?? "")\" name one setting"
                    + " with different values; unset one of them")
        }
        return first
    }

    private static func refuseUnknown(_ environment: [String: String]) throws(Refusal) {
        let known = Setting.all.map(\.variable)
        let unknown = environment.keys.filter { $0.hasPrefix("KEYWARD_") && !known.contains($0) }
        guard let name = unknown.min() else { return }
        // Who guesses at a name for a secret may have put the secret itself there.
        let mayBeSecret = ["SECRET", "PASS", "TOKEN", "CREDENTIAL"].contains { name.contains($0) }
        let value = mayBeSecret ? "\(name) is no setting" : "\(name) \"\(environment[name] ?? "")\" is no setting"
        if name.hasPrefix("KEYWARD_SERVICE_") || name.hasPrefix("KEYWARD_PORT_") {
            throw Refusal(.configuration, "\(value); \(kubernetesRemedy)")
        }
        let nearest = known.min { $0.distance(to: name) < $1.distance(to: name) } ?? ""
        throw Refusal(.configuration, "\(value); the nearest one is \(nearest): rename it or unset it")
    }

    /// Certificate and key belong together, and so do what is asked of clients and their authorities.
    private func refuseHalfTLS() throws(Refusal) {
        let tls = server.tls
        for (one, value, other, isMissing) in [
            (Setting.tlsCertificate, tls.certificate, Setting.tlsPrivateKey, tls.privateKey == nil),
            (.tlsPrivateKey, tls.privateKey, .tlsCertificate, tls.certificate == nil),
            (.tlsClientCA, tls.clientCA, .tlsCertificate, tls.certificate == nil),
        ] {
            guard let value, isMissing else { continue }
            throw Refusal(
                .configuration,
                "\(spelling(one)) \"\(value)\" does nothing without \(other.flag); set that or \(other.variable) too, "
                    + "or leave it out")
        }
        if tls.requiresClientCertificate, tls.clientCA == nil {
            let spelling = spelling(.tlsClientAuth)
            throw Refusal(
                spelling == Setting.tlsClientAuth.flag ? .usage : .configuration,
                "\(spelling) \"required\" is about certificates of clients, but there are no authorities for them; set "
                    + "\(Setting.tlsClientCA.flag) or \(Setting.tlsClientCA.variable), or leave it out")
        }
    }

    /// What no single value shows.
    private func refuseContradictions() throws(Refusal) {
        if let spelling = spellings[Setting.rootSecret.name], server.vaultConfig == nil {
            throw Refusal(
                .configuration,
                "\(spelling) \"\(server.rootSecret ?? "")\" names a secret, but there is no vault config; set "
                    + Setting.vaultConfig.flag + " or \(Setting.vaultConfig.variable)")
        }
        if let spelling = spellings[Setting.host.name], server.rootSecret == nil, !server.isLoopbackOnly {
            throw Refusal(
                .configuration,
                "\(spelling) \"\(server.host)\" is not loopback, which needs a root secret; set "
                    + "\(Setting.rootSecret.flag) or \(Setting.rootSecret.variable), or listen on 127.0.0.1")
        }
        if let spelling = spellings[Setting.opsPort.name], let port = server.opsPort, port != 0, port == server.port {
            throw Refusal(
                spelling == Setting.opsPort.flag ? .usage : .configuration,
                "\(spelling) \"\(port)\" is the port of the main listener too; give them different ports")
        }
    }
}

extension String {
    /// How many bytes have to be inserted, removed or replaced to get from one text to the other (Levenshtein).
    func distance(to other: String) -> Int {
        var row = Array(0...other.utf8.count)
        for (index, byte) in utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, otherByte) in other.utf8.enumerated() {
                let replaced = diagonal + (byte == otherByte ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[other.utf8.count]
    }
}
