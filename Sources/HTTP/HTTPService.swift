package import Transport

/// Speaks HTTP/1.1 on connections: everything that they share.
package final class HTTPService: Sendable {
    let limits: Limits
    let scheme: Scheme
    let responder: any Responder
    let date: DateLine
    let headerPatience: Patience
    let idlePatience: Patience
    let lingerPatience: Patience
    let bodyPace: Pace
    let writePace: Pace

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
        headerPatience = Patience(limits.headerTimeout)
        idlePatience = Patience(limits.idleTimeout)
        lingerPatience = Patience(limits.lingerTimeout)
        bodyPace = Pace(limits.bodyTimeout, bytesPerSecond: limits.minimumBodyRate)
        writePace = Pace(limits.writeTimeout, bytesPerSecond: limits.minimumWriteRate)
    }

    /// Serves one connection until either side ends it.
    package func serve(_ connection: consuming Connection) async {
        await HTTPConnection(connection, self).serve()
    }
}
