"""The pages of Ostiary: a Django shell around the library, which knows nothing of it."""
