package import Transport

/// Speaks HTTP/1.1 on connections: everything that they share. A class, so that a connection holds one reference to it.
package final class HTTPService: Sendable {
    let limits: Limits
    let messageLimits: MessageLimits
    let scheme: Scheme
    let responder: any Responder
    let date: DateLine
    let desk: CodingDesk
    let headerPatience: Patience
    let idlePatience: Patience
    let lingerPatience: Patience
    let bodyPace: Pace
    let writePace: Pace

    /// - Parameters:
    ///   - scheme: `https` where the connections are secured.
    ///   - fields: what every response has beside its own.
    ///   - now: the seconds since the epoch, for the `Date` field.
    package init(
        limits: Limits, scheme: Scheme = .http, responder: any Responder,
        fields: KeyValuePairs<FieldName, String> = [:], now: @escaping @Sendable () -> Int64
    ) {
        self.limits = limits
        messageLimits = MessageLimits(limits)
        self.scheme = scheme
        self.responder = responder
        var lines: [UInt8] = []
        for (name, value) in fields { lines.append(name, value) }
        date = DateLine(before: lines, now: now)
        desk = CodingDesk(limits: limits)
        headerPatience = Patience(limits.headerTimeout)
        idlePatience = Patience(limits.idleTimeout)
        lingerPatience = Patience(limits.lingerTimeout)
        bodyPace = Pace(limits.bodyTimeout, bytesPerSecond: limits.minimumBodyRate)
        writePace = Pace(limits.writeTimeout, bytesPerSecond: limits.minimumWriteRate)
    }

    /// The bytes of a response after which the connection closes, for one who has not come as far as a request: without
    /// the fields that every other response has.
    package func last(_ response: Response) -> [UInt8] {
        var output: [UInt8] = []
        response.write(to: &output, .init(omitsContent: false, closes: true, saysKeepAlive: false, date: date.alone))
        return output
    }

    /// Serves one connection, and returns when it rests or has ended; from a rest it goes on by itself.
    package func serve(_ connection: consuming Connection) async {
        await HTTPConnection(connection, self).begin()
    }
}
