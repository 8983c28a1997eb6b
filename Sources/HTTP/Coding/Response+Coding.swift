extension Response {
    /// Packs the content where the client asks for that and it pays, and says in `Vary` what it depends on, also where
    /// it stays as it is (RFC 9110 §12.5.5). A 304 says it too, as the 200 would (§15.4.5): its content, which is never
    /// sent, is what it stands for.
    ///
    /// The ETag stays: all of ours are weak, and a weak one may stand for every coding of a version (§8.8.1).
    ///
    /// Small content is packed for no one but who refuses it as it is, so it needs no `Vary`: no shared cache may hand
    /// it to him, since it is the answer to a request with credentials (RFC 9111 §3.5).
    ///
    /// Answers whether it is done; else it is large, and `pack` does it beside the loop.
    mutating func code(for head: RequestHead, by desk: CodingDesk) -> Bool {
        guard desk.isOpen, !content.isEmpty, isText || status.forbidsContent else { return true }
        add(.vary, FieldName.acceptEncoding.text)
        guard head.accepts == .gzip || head.accepts == .onlyGzip, !head.isFromAnotherSite, !status.forbidsContent
        else { return true }
        guard content.count <= CodingDesk.most else { return false }
        take(packed: GzipEncoder.encode(content.span), for: head)
        return true
    }

    mutating func pack(for head: RequestHead, by desk: CodingDesk) async {
        take(packed: await desk.pack(content), for: head)
    }

    private mutating func take(packed: [UInt8], for head: RequestHead) {
        guard packed.count < content.count || head.accepts == .onlyGzip else { return }
        content = packed
        add(.contentEncoding, "gzip")
    }

    /// Text or JSON: what is neither may be packed already.
    private var isText: Bool {
        guard let type else { return false }
        let name = "\(type)".utf8.prefix { $0 != .semicolon }
        return name.starts(with: "text/".utf8) || name.elementsEqual("application/json".utf8)
            || name.suffix(5).elementsEqual("+json".utf8)
    }
}

extension RequestHead {
    /// A browser sends it for a page of another site (Fetch Metadata, `Sec-Fetch-Site`). Such a page may choose what
    /// the response repeats of the request; the length of a packed one would tell whoever listens how well that matches
    /// the rest of the content (BREACH). It gets the content as it is, whatever it accepts.
    fileprivate var isFromAnotherSite: Bool {
        fields.texts(.secFetchSite).contains { $0 != "same-origin" && $0 != "none" }
    }
}
