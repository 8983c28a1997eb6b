internal import CTLS

/// The certificates of a text in PEM, in their order (RFC 7468). What is not between BEGIN CERTIFICATE and END is
/// skipped.
@safe final class PEMCertificates {
    let all: [OpaquePointer]

    /// - Parameter fault: makes an error of OpenSSL's words.
    init(
        _ text: Span<UInt8>, fault: (String) -> TLSCredentialFault
    ) throws(TLSCredentialFault) {
        guard let bio = unsafe memoryBIO(text) else { throw .unavailable(TLSErrorQueue.take().text) }
        defer { unsafe BIO_free(bio) }
        var found = unsafe [OpaquePointer]()
        while let one = unsafe PEM_read_bio_X509(bio, nil, nil, nil) { unsafe found.append(one) }
        unsafe all = found
        // The end of the text is an error too: that no other certificate begins.
        let error = TLSErrorQueue.take()
        guard error.reason == PEM_R_NO_START_LINE || error.reason == 0 else { throw fault(error.text) }
    }

    var count: Int { unsafe all.count }

    deinit {
        unsafe all.forEach { unsafe X509_free($0) }
    }
}

/// Reads from memory that must outlive it.
func memoryBIO(_ bytes: Span<UInt8>) -> OpaquePointer? {
    unsafe bytes.withUnsafeBufferPointer { unsafe BIO_new_mem_buf($0.baseAddress, Int32(clamping: $0.count)) }
}
