internal import COpenSSL

/// Bytes that only who holds the key can read and nobody can change unnoticed: AES-256-GCM (NIST SP 800-38D), with a
/// random nonce of 96 bits before and the tag of 128 bits behind the text.
public enum SealedBox {
  private static let nonceCount = 12
  private static let tagCount = 16

  /// - Parameter context: what the box belongs to: it opens for the same alone, so that none can be put in another's place.
  public static func seal(_ text: [UInt8], context: [UInt8], key: Secret) -> [UInt8] {
    let nonce = RandomBytes.generate(nonceCount)
    let cipher = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(cipher) }
    var sealed = [UInt8](repeating: 0, count: text.count)
    var tag = [UInt8](repeating: 0, count: tagCount)
    var count: Int32 = 0
    // Only a lack of memory can make these fail; nothing may come out unsealed.
    precondition(EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key.bytes, nonce) == 1, "sealing failed")
    precondition(EVP_EncryptUpdate(cipher, nil, &count, context, Int32(context.count)) == 1, "sealing failed")
    precondition(EVP_EncryptUpdate(cipher, &sealed, &count, text, Int32(text.count)) == 1, "sealing failed")
    precondition(EVP_EncryptFinal_ex(cipher, &tag, &count) == 1, "sealing failed")
    precondition(
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), &tag) == 1, "sealing failed")
    return nonce + sealed + tag
  }

  /// - Returns: nil where it was sealed with another key or for another context, or was changed.
  public static func open(_ box: [UInt8], context: [UInt8], key: Secret) -> [UInt8]? {
    guard box.count >= nonceCount + tagCount else { return nil }
    let nonce = Array(box.prefix(nonceCount))
    let sealed = Array(box.dropFirst(nonceCount).dropLast(tagCount))
    var tag = Array(box.suffix(tagCount))
    let cipher = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(cipher) }
    var text = [UInt8](repeating: 0, count: sealed.count)
    var (count, rest) = (Int32(0), [UInt8](repeating: 0, count: 16))
    guard EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nil, key.bytes, nonce) == 1,
      EVP_DecryptUpdate(cipher, nil, &count, context, Int32(context.count)) == 1,
      EVP_DecryptUpdate(cipher, &text, &count, sealed, Int32(sealed.count)) == 1,
      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, Int32(tagCount), &tag) == 1,
      EVP_DecryptFinal_ex(cipher, &rest, &count) == 1
    else { return nil }
    return text
  }
}
