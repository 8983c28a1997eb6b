package import Transport

/// Speaks HTTP/1.1 on connections: everything that they share.
package struct HTTPService: Sendable {
    let limits: Limits
    let scheme: Scheme
    let responder: any Responder
    let date: DateLine
    let desk: CodingDesk
    let headerPatience: Patience
    let bodyPatience: Patience
    let idlePatience: Patience
    let writePatience: Patience

    /// - Parameters:
    ///   - scheme: `https` where the connections are secured.
    ///   - now: the seconds since the epoch, for the `Date` field.
    package init(
        limits: Limits, scheme: Scheme = .http, responder: any Responder, now: @escaping @Sendable () -> Int64
    ) {
        self.limits = limits
        self.scheme = scheme
        self.responder = responder
        date = DateLine(now: now)
        desk = CodingDesk(limits: limits)
        headerPatience = Patience(limits.headerTimeout)
        bodyPatience = Patience(limits.bodyTimeout)
        idlePatience = Patience(limits.idleTimeout)
        writePatience = Patience(limits.writeTimeout)
    }

    /// Serves one connection until either side ends it.
    package func serve(_ connection: consuming Connection) async {
        await HTTPConnection(connection, self).run()
    }
}
