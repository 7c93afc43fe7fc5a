"""What every simulated server shares: login, certificates, documents, multipart framing."""
