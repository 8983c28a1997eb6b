/// The limits of one message that decoding keeps to, apart from all others since every connection has them twice.
struct MessageLimits {
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
