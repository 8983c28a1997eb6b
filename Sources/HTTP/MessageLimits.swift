/// The limits of one message that decoding keeps to. A class, so that a connection, of which there may be thousands at
/// rest, holds no more than one reference to them.
final class MessageLimits: Sendable {
    let target: Int
    let header: Int
    let trailer: Int
    let fields: Int
    let body: Int
    let chunkExtension: Int

    init(_ limits: Limits) {
        target = limits.target
        header = limits.header
        trailer = limits.trailer
        fields = limits.fields
        body = limits.body
        chunkExtension = limits.chunkExtension
    }
}
