from tests.screens import picture
async def test_x(start):
    import time
    async with start() as r:
        t=time.monotonic()
        await r.press(*"jjjjjjjjjj"); print((time.monotonic()-t)/10)
        assert r.at==2, r.at
        await r.press("g","enter")
        assert r.open==12
        await r.press("i")
        print(picture(r.app, marks=True))
        await r.press("?")
        print(picture(r.app))
        await r.press("escape","ctrl+p")
        print(picture(r.app))
        await r.press("escape","/")
        await r.type("number 1")
        print(picture(r.app))
